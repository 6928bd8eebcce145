#include "libs/telemetry/log.h"

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <span>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

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

// What of valid UTF-8 makes a terminal or an editor do more than show it, by its bytes: DEL and the
// C1 controls, invisible characters and those that turn the order of text, line separators.
struct Range {
  std::string_view first, last;
};
constexpr Range kUnseen[] = {{"\x7f", "\x7f"},
                             {"\xc2\x80", "\xc2\x9f"},
                             {"\xd8\x9c", "\xd8\x9c"},
                             {"\xe2\x80\x8b", "\xe2\x80\x8f"},
                             {"\xe2\x80\xa8", "\xe2\x80\xae"},
                             {"\xe2\x81\xa0", "\xe2\x81\xaf"},
                             {"\xef\xbb\xbf", "\xef\xbb\xbf"}};

// The code point of a character of up to three bytes.
unsigned CodePoint(std::string_view character) {
  const auto bits = [&](size_t i) { return static_cast<unsigned char>(character[i]) & 0x3fu; };
  switch (character.size()) {
    case 1:
      return static_cast<unsigned char>(character[0]);
    case 2:
      return (static_cast<unsigned char>(character[0]) & 0x1fu) << 6 | bits(1);
    default:
      return (static_cast<unsigned char>(character[0]) & 0xfu) << 12 | bits(1) << 6 | bits(2);
  }
}

// JSON has escaped the C0 controls; these stand nowhere but in its strings.
std::string EscapeUnseen(const std::string& json) {
  std::string escaped;
  for (size_t i = 0; i < json.size();) {
    const auto* const range = std::ranges::find_if(kUnseen, [&](const Range& unseen) {
      const std::string_view here = std::string_view(json).substr(i, unseen.first.size());
      return here >= unseen.first && here <= unseen.last;
    });
    const bool seen = range == std::end(kUnseen);
    const std::string_view here = std::string_view(json).substr(i, seen ? 1 : range->first.size());
    seen ? escaped.append(here) : absl::StrAppendFormat(&escaped, "\\u%04x", CodePoint(here));
    i += here.size();
  }
  return escaped;
}

std::string Dump(const nlohmann::ordered_json& line) {
  return EscapeUnseen(line.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace));
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
