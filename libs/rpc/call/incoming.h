#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include <grpcpp/server_context.h>
#include <grpcpp/support/server_callback.h>
#include <grpcpp/support/server_interceptor.h>
#include <grpcpp/support/status.h>

#include "libs/rpc/call/call_context.h"
#include "libs/rpc/server/runtime.h"

// How a call comes in and what is noted of its end. Part of the runners; handlers have no use for
// it.
namespace clusterwire::rpc {

// Peer, method, trace and deadline of a call that came in: all but who calls.
CallContext ReadCall(const grpc::ServerContextBase& context, Runtime& runtime);

// RESOURCE_EXHAUSTED, reason METADATA_TOO_LARGE, for more than a call may bring.
absl::Status CheckMetadata(const grpc::ServerContextBase& context, const Runtime& runtime);

// Each value that the call's metadata has under `key`.
std::vector<std::string> ValuesOf(const grpc::ServerContextBase& context, std::string_view key);

// Lets ReadCall() know the method: gRPC tells it to interceptors only. It travels under a key
// that no client can send, since it starts with a colon. Also answers a request that can't be
// parsed, of a method that isn't read as bytes: gRPC itself would say UNIMPLEMENTED and no word,
// and no runner hears of it. `runtime` outlives the server.
std::unique_ptr<grpc::experimental::ServerInterceptorFactoryInterface> MakeCallInterceptor(
    Runtime& runtime);

// The beginning and the end of one call: what the access log and the metrics say about it.
class CallLog {
 public:
  // Starts the clock. `call` is kept; `runtime` outlives this.
  CallLog(Runtime& runtime, CallContext call);

  const CallContext& call() const { return call_; }
  // Who calls, as far as it is known by now.
  void SetCaller(Caller caller) { call_.caller = std::move(caller); }
  // Counts the call's end, once, logs it unless it is one of many that went well (MethodNotes), and
  // gives what the client is to see of `status`.
  grpc::Status Finish(const absl::Status& status);

 private:
  Runtime& runtime_;
  CallContext call_;
  absl::Duration start_;  // of the clock's uptime
};

}  // namespace clusterwire::rpc
