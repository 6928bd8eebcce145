#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "libs/base/threads/mutex.h"
#include "libs/rpc/call/authenticator.h"
#include "libs/telemetry/metrics.h"

namespace clusterwire::rpc {

// Calls that wait to be told who makes them, without a thread each: nearly none, since nearly
// always that is known at once. Safe for use from any thread.
class Identifying {
 public:
  struct Options {
    size_t limit = 1000;        // calls that wait at once
    size_t address_limit = 50;  // of them from one address
  };
  // Called once, under no lock, perhaps before Ask() returns: it must not block.
  using Then = std::function<void(absl::StatusOr<Caller>)>;

  explicit Identifying(telemetry::Metrics& metrics) : Identifying(metrics, Options()) {}
  Identifying(telemetry::Metrics& metrics, Options options);
  Identifying(const Identifying&) = delete;
  Identifying& operator=(const Identifying&) = delete;

  // Asks `authenticator` and calls `then` with its answer; with RESOURCE_EXHAUSTED, reason
  // TOO_MANY_WAITING, where it doesn't answer at once and as many wait as may. The result is for
  // Cancel(). An answer may come when this is long gone, and does nothing then.
  uint64_t Ask(Authenticator& authenticator, const Shown& shown, Then then);
  // Answers with CANCELLED if it still waits.
  void Cancel(uint64_t id);
  // Answers all with `status`, also those that come from now on.
  void End(const absl::Status& status);

 private:
  class Register;

  const std::shared_ptr<Register> register_;
};

}  // namespace clusterwire::rpc
