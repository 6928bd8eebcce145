#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "absl/time/time.h"

#include "libs/telemetry/log.h"

// The log of packaged libraries. Each would write to stderr itself, raw and without bound, and part
// of what they write comes from strangers: whole lines of ours could be forged, and a terminal made
// to obey. Who uses a library hands its lines over here.
namespace clusterwire::telemetry {

// How many lines there may be: a few at once, then so many a second. Not thread-safe.
class LineLimit {
 public:
  static constexpr double kAtOnce = 20;
  static constexpr double kPerSecond = 2;

  // Nothing when this line is one too many; else how many were so since the last that wasn't.
  std::optional<int64_t> Take(absl::Time now);

 private:
  double left_ = kAtOnce;
  absl::Time last_ = absl::InfinitePast();
  int64_t dropped_ = 0;
};

// One line whose message is the library's name ("grpc", "kafka", "protobuf") or what its lines of
// one kind are about ("TLS handshake failed"), which are bounded apart. `source` is what the
// library says of where it comes from. Bounded for each library; the next line that is written says
// how many were not.
void LogForeign(LogLevel level, std::string_view library, std::string_view source,
                std::string_view text);

// From now on protobuf's lines come here: it complains of each text that is no UTF-8.
void TakeProtobufLog();

}  // namespace clusterwire::telemetry
