#include "libs/telemetry/trace.h"

#include <utility>
#include <vector>

#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"

#include "libs/base/text/strings.h"

namespace clusterwire::telemetry {
namespace {

bool IsHex(std::string_view text, size_t digits) {
  return text.size() == digits &&
         text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

bool IsId(std::string_view text, size_t digits) {
  return IsHex(text, digits) && text.find_first_not_of('0') != std::string_view::npos;
}

std::string NewSpanId(Random& random) {
  uint64_t id = 0;
  while (id == 0) id = random.Next();
  return absl::StrFormat("%016x", id);
}

TraceContext& ThreadTrace() {
  thread_local TraceContext trace;
  return trace;
}

}  // namespace

std::string TraceContext::ToTraceparent() const {
  if (empty()) return "";
  return absl::StrFormat("00-%s-%s-%s", trace_id, span_id, sampled ? "01" : "00");
}

TraceContext TraceContext::Child(Random& random) const {
  if (empty()) return {NewSpanId(random) + NewSpanId(random), NewSpanId(random), true};
  return {trace_id, NewSpanId(random), sampled};
}

std::optional<TraceContext> TraceContext::Parse(std::string_view traceparent) {
  const std::vector<std::string> parts =
      absl::StrSplit(ToAbsl(traceparent), absl::MaxSplits('-', 4));
  if (parts.size() < 4) return std::nullopt;
  const std::string &version = parts[0], &trace_id = parts[1], &span_id = parts[2];
  const std::string& flags = parts[3];
  if (!IsHex(version, 2) || version == "ff" || (version == "00" && parts.size() > 4) ||
      !IsId(trace_id, 32) || !IsId(span_id, 16) || !IsHex(flags, 2)) {
    return std::nullopt;
  }
  const bool sampled = std::string_view("13579bdf").find(flags[1]) != std::string_view::npos;
  return TraceContext{trace_id, span_id, sampled};
}

const TraceContext& CurrentTrace() { return ThreadTrace(); }

TraceScope::TraceScope(TraceContext context)
    : previous_(std::exchange(ThreadTrace(), std::move(context))) {}

TraceScope::~TraceScope() { ThreadTrace() = std::move(previous_); }

}  // namespace clusterwire::telemetry
