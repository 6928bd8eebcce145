#include "libs/telemetry/foreign_log.h"

#include <algorithm>
#include <map>
#include <string>

#include "absl/time/clock.h"
#include <google/protobuf/stubs/logging.h>

#include "libs/base/threads/mutex.h"

namespace clusterwire::telemetry {
namespace {

// Never destroyed: libraries write while the program ends.
struct Limits {
  Mutex mutex;
  std::map<std::string, LineLimit, std::less<>> of ABSL_GUARDED_BY(mutex);
};

Limits& TheLimits() {
  static Limits* const limits = new Limits;
  return *limits;
}

void OnProtobuf(google::protobuf::LogLevel level, const char* file, int, const std::string& text) {
  const bool error = level >= google::protobuf::LOGLEVEL_ERROR;
  LogForeign(error ? LogLevel::kError : LogLevel::kInfo, "protobuf", file, text);
}

}  // namespace

std::optional<int64_t> LineLimit::Take(absl::Time now) {
  if (last_ != absl::InfinitePast()) {
    left_ = std::clamp(left_ + kPerSecond * absl::ToDoubleSeconds(now - last_), 0.0, kAtOnce);
  }
  last_ = now;
  if (left_ < 1) {
    ++dropped_;
    return std::nullopt;
  }
  --left_;
  return std::exchange(dropped_, 0);
}

void LogForeign(LogLevel level, std::string_view library, std::string_view source,
                std::string_view text) {
  std::optional<int64_t> dropped;
  {
    Limits& limits = TheLimits();
    MutexLock lock(limits.mutex);
    dropped = limits.of[std::string(library)].Take(absl::Now());
  }
  if (!dropped) return;
  constexpr decltype(&LogError) kInOrder[] = {&LogDebug, &LogInfo, &LogWarning, &LogError};
  const auto log = kInOrder[static_cast<size_t>(level)];
  if (*dropped > 0) log(library, {{"lines_dropped", *dropped}});
  log(library, {{"source", source}, {"text", text}});
}

void TakeProtobufLog() { google::protobuf::SetLogHandler(&OnProtobuf); }

}  // namespace clusterwire::telemetry
