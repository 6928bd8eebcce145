#pragma once

#include <concepts>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>
#include <variant>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

// The log: one JSON object a line on stderr, with time, level, message, the current trace's id and
// the fields given. One per process, usable from the first line of main, from any thread. Logging
// never throws and never fails the caller; what can't be written is lost. A line is cut at 16 KiB.
//
//   telemetry::LogWarning("webhook refused", {{"endpoint", name}, {"status", 410}});
//
// The message is constant text, so that lines can be counted by it; what varies goes into fields.
// Secrets and personal data go into neither.
namespace clusterwire::telemetry {

enum class LogLevel { kDebug, kInfo, kWarning, kError };

class LogField {
 public:
  using Value = std::variant<std::string, int64_t, uint64_t, double, bool>;

  LogField(std::string_view key, std::string_view value) : key_(key), value_(std::string(value)) {}
  LogField(std::string_view key, const char* value) : key_(key), value_(std::string(value)) {}
  LogField(std::string_view key, bool value) : key_(key), value_(value) {}
  LogField(std::string_view key, double value) : key_(key), value_(value) {}
  LogField(std::string_view key, std::signed_integral auto value)
      : key_(key), value_(static_cast<int64_t>(value)) {}
  LogField(std::string_view key, std::unsigned_integral auto value)
      : key_(key), value_(static_cast<uint64_t>(value)) {}
  LogField(std::string_view key, absl::Duration value);
  LogField(std::string_view key, const absl::Status& value);

  const std::string& key() const { return key_; }
  const Value& value() const { return value_; }

 private:
  std::string key_;
  Value value_;
};

void LogDebug(std::string_view message, std::initializer_list<LogField> fields = {});
void LogInfo(std::string_view message, std::initializer_list<LogField> fields = {});
void LogWarning(std::string_view message, std::initializer_list<LogField> fields = {});
void LogError(std::string_view message, std::initializer_list<LogField> fields = {});

// Lines below `level` are dropped before they are formatted; kInfo at start.
void SetLogLevel(LogLevel level);
// "debug", "info", "warning", "error", as they stand in a configuration file.
absl::StatusOr<LogLevel> ParseLogLevel(std::string_view text);

// While it lives, every line goes to `sink` instead of stderr; for tests. `sink` is called under
// the log's lock and must not log.
class LogRedirect {
 public:
  explicit LogRedirect(std::function<void(std::string_view line)> sink);
  ~LogRedirect();
  LogRedirect(const LogRedirect&) = delete;
  LogRedirect& operator=(const LogRedirect&) = delete;
};

}  // namespace clusterwire::telemetry
