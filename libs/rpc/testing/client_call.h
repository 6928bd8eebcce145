#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include <grpcpp/client_context.h>

#include "libs/rpc/admission/view_as.h"
#include "libs/rpc/call/status.h"
#include "libs/rpc/server/server.h"
#include "libs/telemetry/trace.h"

namespace clusterwire::rpc {

struct ClientCall {
  absl::Time deadline = absl::InfiniteFuture();
  telemetry::TraceContext trace = {};  // sent on as traceparent; empty = none
  std::string view_as = "";            // "public" or a resource name; empty = as oneself
};
// Prepares `context`, which is used for one call.
inline void Prepare(const ClientCall& call, grpc::ClientContext* context) {
  if (call.deadline != absl::InfiniteFuture()) {
    context->set_deadline(absl::ToChronoTime(call.deadline));
  }
  if (!call.trace.empty()) context->AddMetadata("traceparent", call.trace.ToTraceparent());
  if (!call.view_as.empty()) context->AddMetadata(std::string(kViewAsKey), call.view_as);
}

// Calls the stub's method once, and waits for its answer for `patience`.
template <typename Response, typename Stub, typename Method, typename Request>
absl::StatusOr<Response> CallOnce(Stub& stub, Method method, const Request& request,
                                  const std::string& view_as = "",
                                  absl::Duration patience = absl::Seconds(20)) {
  grpc::ClientContext context;
  Prepare({.deadline = absl::Now() + patience, .trace = {}, .view_as = view_as}, &context);
  Response response;
  const absl::Status status = ToAbslStatus((stub.*method)(&context, request, &response));
  if (!status.ok()) return status;
  return response;
}

}  // namespace clusterwire::rpc
