#include "libs/telemetry/log.h"

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <span>
#include <utility>

#include "absl/strings/str_cat.h"

#include "libs/base/json.h"
#include "libs/base/status/error.h"
#include "libs/base/text/strings.h"
#include "libs/base/threads/mutex.h"
#include "libs/telemetry/trace.h"

namespace clusterwire::telemetry {
namespace {

constexpr size_t kMaxLine = 16 << 10;
constexpr size_t kMaxText = 4 << 10;
constexpr size_t kMaxFields = 32;
constexpr const char* kLevels[] = {"debug", "info", "warning", "error"};  // by LogLevel

std::atomic<LogLevel> least_level = LogLevel::kInfo;

// Never destroyed: the last lines are written while the program ends.
struct Output {
  Mutex mutex;
  std::function<void(std::string_view)> redirect ABSL_GUARDED_BY(mutex);
};

Output& TheOutput() {
  static Output* const output = new Output;
  return *output;
}

std::string Cut(std::string_view text) {
  return text.size() <= kMaxText ? std::string(text)
                                 : absl::StrCat(ToAbsl(text.substr(0, kMaxText)), "…");
}

// A field that has the name of one of the line's own is put under "field.<name>".
std::string KeyOf(const nlohmann::ordered_json& line, const std::string& key) {
  return line.contains(key) ? absl::StrCat("field.", key) : key;
}

std::string Dump(const nlohmann::ordered_json& line) {
  return line.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

std::string Format(LogLevel level, std::string_view message, std::span<const LogField> fields) {
  nlohmann::ordered_json line;
  line["time"] = absl::FormatTime("%Y-%m-%dT%H:%M:%E6SZ", absl::Now(), absl::UTCTimeZone());
  line["level"] = kLevels[static_cast<size_t>(level)];
  line["message"] = Cut(message);
  if (!CurrentTrace().empty()) line["trace_id"] = CurrentTrace().trace_id;
  const nlohmann::ordered_json head = line;
  for (const LogField& field : fields.first(std::min(fields.size(), kMaxFields))) {
    nlohmann::ordered_json& value = line[KeyOf(line, field.key())];
    if (const auto* text = std::get_if<std::string>(&field.value())) {
      value = Cut(*text);
    } else {
      std::visit([&](const auto& plain) { value = plain; }, field.value());
    }
  }
  std::string text = Dump(line);
  if (text.size() <= kMaxLine) return text;
  nlohmann::ordered_json shortened = head;
  shortened["fields_dropped"] = fields.size();
  return Dump(shortened);
}

void Log(LogLevel level, std::string_view message, std::span<const LogField> fields) {
  if (level < least_level.load(std::memory_order_relaxed)) return;
  try {
    std::string line = Format(level, message, fields);
    Output& output = TheOutput();
    MutexLock lock(output.mutex);
    if (output.redirect) {
      output.redirect(line);
    } else {
      line += '\n';
      std::fwrite(line.data(), 1, line.size(), stderr);  // unbuffered: one write
    }
  } catch (...) {
    // No memory: the line is lost.
  }
}

}  // namespace

LogField::LogField(std::string_view key, absl::Duration value)
    : key_(key), value_(absl::ToDoubleSeconds(value)) {}

LogField::LogField(std::string_view key, const absl::Status& value)
    : key_(key), value_(value.ToString(absl::StatusToStringMode::kWithNoExtraData)) {}

void LogDebug(std::string_view message, std::initializer_list<LogField> fields) {
  Log(LogLevel::kDebug, message, {fields.begin(), fields.size()});
}
void LogInfo(std::string_view message, std::initializer_list<LogField> fields) {
  Log(LogLevel::kInfo, message, {fields.begin(), fields.size()});
}
void LogWarning(std::string_view message, std::initializer_list<LogField> fields) {
  Log(LogLevel::kWarning, message, {fields.begin(), fields.size()});
}
void LogError(std::string_view message, std::initializer_list<LogField> fields) {
  Log(LogLevel::kError, message, {fields.begin(), fields.size()});
}

void SetLogLevel(LogLevel level) { least_level = level; }

absl::StatusOr<LogLevel> ParseLogLevel(std::string_view text) {
  const auto* const level = std::ranges::find(kLevels, text);
  if (level != std::end(kLevels)) return static_cast<LogLevel>(level - kLevels);
  return Error(absl::StatusCode::kInvalidArgument, "UNKNOWN_LOG_LEVEL",
               absl::StrCat("'", ToAbsl(text),
                            "' is no log level; there are debug, info, warning and error"));
}

LogRedirect::LogRedirect(std::function<void(std::string_view line)> sink) {
  MutexLock lock(TheOutput().mutex);
  TheOutput().redirect = std::move(sink);
}

LogRedirect::~LogRedirect() {
  MutexLock lock(TheOutput().mutex);
  TheOutput().redirect = nullptr;
}

}  // namespace clusterwire::telemetry
