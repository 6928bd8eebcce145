#pragma once

#include <string_view>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include <grpcpp/support/status.h>

#include "libs/rpc/call/call_context.h"
#include "libs/rpc/server/runtime.h"

namespace clusterwire::rpc {

// The beginning and the end of one call: what the access log and the metrics say about it. Part of
// the runners; handlers have no use for it.
class CallLog {
 public:
  // Starts the clock. `call` is kept; `runtime` outlives this.
  CallLog(Runtime& runtime, CallContext call);

  const CallContext& call() const { return call_; }
  // Logs and counts the call's end, once, and gives what the client is to see of `status`.
  grpc::Status Finish(const absl::Status& status);

 private:
  Runtime& runtime_;
  CallContext call_;
  absl::Time start_;
};

}  // namespace clusterwire::rpc
