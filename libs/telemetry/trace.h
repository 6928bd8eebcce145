#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "libs/base/random.h"

namespace clusterwire::telemetry {

// Where in a trace something happens (W3C Trace Context, level 1): one trace id from a call to
// every webhook that it causes. A plain value; an empty one stands for "no trace".
struct TraceContext {
  std::string trace_id = "";  // 32 lower-case hexadecimal digits, not all zero
  std::string span_id = "";   // 16 of the same
  bool sampled = true;

  bool empty() const { return trace_id.empty(); }
  // The value of a `traceparent` header, or "" for an empty context.
  std::string ToTraceparent() const;
  // The same trace with a span of its own; a new trace when this one is empty.
  TraceContext Child(Random& random) const;

  // Empty for anything that the specification calls invalid: the caller then starts a new trace.
  // Versions above 00 are read as far as 00 goes.
  static std::optional<TraceContext> Parse(std::string_view traceparent);
};

// The trace of what this thread does now: log lines carry its id. Empty outside of any scope.
const TraceContext& CurrentTrace();

// Makes `context` the thread's current trace until the end of the scope. Scopes nest; leave them on
// the thread that entered them.
class TraceScope {
 public:
  explicit TraceScope(TraceContext context);
  ~TraceScope();
  TraceScope(const TraceScope&) = delete;
  TraceScope& operator=(const TraceScope&) = delete;

 private:
  TraceContext previous_;
};

}  // namespace clusterwire::telemetry
