#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/time/time.h"

#include "libs/base/threads/mutex.h"
#include "libs/telemetry/metrics.h"

namespace clusterwire::rpc {

// What is noted of the calls of one method: its metrics, looked up once, since finding one by its
// labels takes longer than many a call; and which of its calls the log tells of. Safe for use from
// any thread.
class MethodNotes {
 public:
  // Each second so many that went well and fast have a line each; further ones are only counted.
  static constexpr int kLinesPerSecond = 10;
  // A call that took so long has a line in any case, as has each that failed.
  static constexpr absl::Duration kSlow = absl::Seconds(1);

  MethodNotes(telemetry::Metrics& metrics, std::string method);

  void Count(absl::StatusCode code, absl::Duration took);
  // Nothing when the call that ends at `now` has no line. Else how many had none since the last
  // line of this method.
  std::optional<int64_t> TakeLine(absl::StatusCode code, absl::Duration took, absl::Duration now);

 private:
  static constexpr size_t kCodes = 17;  // of absl::StatusCode

  telemetry::Metrics& metrics_;
  const std::string method_;
  telemetry::Histogram seconds_;
  Mutex mutex_;
  std::array<std::optional<telemetry::Counter>, kCodes> calls_ ABSL_GUARDED_BY(mutex_);
  absl::Duration second_ ABSL_GUARDED_BY(mutex_) = -absl::InfiniteDuration();  // where it began
  int lines_ ABSL_GUARDED_BY(mutex_) = 0;                                      // in it
  int64_t untold_ ABSL_GUARDED_BY(mutex_) = 0;
};

// Those of each method that was called. Safe for use from any thread.
class CallNotes {
 public:
  explicit CallNotes(telemetry::Metrics& metrics) : metrics_(metrics) {}

  // Lives as long as this. gRPC names only methods that it has, so there are never many.
  MethodNotes& Of(std::string_view method);

 private:
  telemetry::Metrics& metrics_;
  Mutex mutex_;
  std::map<std::string, std::unique_ptr<MethodNotes>, std::less<>> methods_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace clusterwire::rpc
