#pragma once

#include <functional>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "libs/rpc/call/call_context.h"
#include "libs/rpc/server/runtime.h"

namespace grpc {
class CallbackServerContext;
class ServerUnaryReactor;
}  // namespace grpc

namespace clusterwire::rpc {

// Runs one unary call on `lane`, never on gRPC's own few threads, and finishes it with the status
// that `work` returns. A handler method is:
//
//   grpc::ServerUnaryReactor* GetCluster(grpc::CallbackServerContext* context,
//                                        const GetClusterRequest* request,
//                                        Cluster* response) override {
//     return rpc::RunUnary(reads_, context, response,
//                          [this, request](const rpc::CallContext& call) {
//                            return clusters_.Get(call, *request);  // absl::StatusOr<Cluster>
//                          });
//   }
//
// `request` and `response` live until the call is finished. A full queue answers
// RESOURCE_EXHAUSTED; a call that was cancelled or whose deadline passed while it waited isn't run.
// While `work` runs, the thread's current trace is the call's. Each call is logged and counted by
// method and code.
grpc::ServerUnaryReactor* RunUnary(Lane& lane, grpc::CallbackServerContext* context,
                                   std::function<absl::Status(const CallContext&)> work);

// The same for work that returns the response.
template <typename Response, typename Work>
grpc::ServerUnaryReactor* RunUnary(Lane& lane, grpc::CallbackServerContext* context,
                                   Response* response, Work work) {
  return RunUnary(lane, context,
                  [response, work = std::move(work)](const CallContext& call) -> absl::Status {
                    absl::StatusOr<Response> result = work(call);
                    if (!result.ok()) return std::move(result).status();
                    *response = *std::move(result);
                    return absl::OkStatus();
                  });
}

}  // namespace clusterwire::rpc
