#include "libs/telemetry/trace.h"

#include <utility>

#include "absl/strings/str_format.h"

namespace clusterwire::telemetry {
namespace {

constexpr size_t kTraceDigits = 32;
constexpr size_t kSpanDigits = 16;
constexpr size_t kTraceparentLength = 2 + 1 + kTraceDigits + 1 + kSpanDigits + 1 + 2;

bool IsLowerHex(std::string_view text) {
  return text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

bool IsId(std::string_view text) {
  return IsLowerHex(text) && text.find_first_not_of('0') != std::string_view::npos;
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
  if (empty()) return New(random);
  return {trace_id, NewSpanId(random), sampled};
}

TraceContext TraceContext::New(Random& random) {
  return {NewSpanId(random) + NewSpanId(random), NewSpanId(random), true};
}

std::optional<TraceContext> TraceContext::Parse(std::string_view traceparent) {
  if (traceparent.size() < kTraceparentLength) return std::nullopt;
  const std::string_view version = traceparent.substr(0, 2);
  const std::string_view trace_id = traceparent.substr(3, kTraceDigits);
  const std::string_view span_id = traceparent.substr(36, kSpanDigits);
  const std::string_view flags = traceparent.substr(53, 2);
  if (traceparent[2] != '-' || traceparent[35] != '-' || traceparent[52] != '-') {
    return std::nullopt;
  }
  if (!IsLowerHex(version) || version == "ff" || !IsId(trace_id) || !IsId(span_id) ||
      !IsLowerHex(flags)) {
    return std::nullopt;
  }
  if (traceparent.size() > kTraceparentLength &&
      (version == "00" || traceparent[kTraceparentLength] != '-')) {
    return std::nullopt;
  }
  const char last = flags[1];
  const int low = last <= '9' ? last - '0' : last - 'a' + 10;
  return TraceContext{std::string(trace_id), std::string(span_id), (low & 1) != 0};
}

const TraceContext& CurrentTrace() { return ThreadTrace(); }

TraceScope::TraceScope(TraceContext context)
    : previous_(std::exchange(ThreadTrace(), std::move(context))) {}

TraceScope::~TraceScope() { ThreadTrace() = std::move(previous_); }

}  // namespace clusterwire::telemetry
