#pragma once

#include <memory>

#include "absl/status/status.h"
#include <grpcpp/server_context.h>
#include <grpcpp/support/server_callback.h>
#include <grpcpp/support/server_interceptor.h>

#include "libs/base/random.h"
#include "libs/rpc/call/call_context.h"

namespace clusterwire::rpc {

// Reads peer, metadata, method and deadline of a call that came in. An error is the caller's (a bad
// view-as); `call` then still has what the access log needs.
absl::Status ReadContext(const grpc::CallbackServerContext& context, Random& random,
                         CallContext* call);

// Lets ReadContext() know the method: gRPC tells it to interceptors only. It travels under a key
// that no client can send, since it starts with a colon.
std::unique_ptr<grpc::experimental::ServerInterceptorFactoryInterface> MakeMethodInterceptor();

}  // namespace clusterwire::rpc
