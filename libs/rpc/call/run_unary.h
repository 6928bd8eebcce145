#pragma once

#include <cstdint>
#include <functional>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "libs/rpc/call/call_context.h"
#include "libs/rpc/call/parking.h"
#include "libs/rpc/server/runtime.h"

namespace grpc {
class CallbackServerContext;
class ServerUnaryReactor;
}  // namespace grpc

namespace clusterwire::rpc {

// Runs one unary call on `pool`, never on gRPC's own few threads, and finishes it with the status
// that `work` returns. A handler method is:
//
//   grpc::ServerUnaryReactor* GetCluster(grpc::CallbackServerContext* context,
//                                        const GetClusterRequest* request,
//                                        Cluster* response) override {
//     return rpc::RunUnary(reads_, context, response,
//                          [this, request](const rpc::CallContext& call) {
//                            return clusters_->Get(call, *request);  // absl::StatusOr<Cluster>
//                          });
//   }
//
// `request` and `response` live until the call is finished. A full queue answers
// RESOURCE_EXHAUSTED, a service that still starts UNAVAILABLE, reason STARTING; a call that was
// cancelled or whose deadline passed while it waited isn't run. While `work` runs, the thread's
// current trace is the call's. Each call is logged and counted by method and code.
using UnaryWork = std::function<absl::Status(const CallContext&)>;
grpc::ServerUnaryReactor* RunUnary(ThreadPool& pool, grpc::CallbackServerContext* context,
                                   UnaryWork work);

// The same once `reader` shows `revision`. Until then the call is parked, without a thread: for
// 10 s at most, and no longer than its deadline leaves time for an answer. OUT_OF_RANGE at once for
// a revision that isn't written yet; see Parking for the other errors.
grpc::ServerUnaryReactor* RunAtRevision(ThreadPool& pool, grpc::CallbackServerContext* context,
                                        const Parking::Progress& reader, int64_t revision,
                                        UnaryWork work);

// `work`, which returns the response, as one that puts it where it belongs.
template <typename Response, typename Work>
auto Answering(Response* response, Work work) {
  return [response, work = std::move(work)](const auto& call) -> absl::Status {
    absl::StatusOr<Response> result = work(call);
    if (result.ok()) *response = *std::move(result);
    return result.status();
  };
}

// Runs work behind a wait for somebody else, a name server or a receiver, during which no thread is
// held. `ask` runs on `pool` and begins the wait; an error of its own ends the call. Then `then` is
// called once, from any thread and perhaps before `ask` returned: with OK, `work` runs on `pool`;
// with an error, the call ends so. A client that cancels or whose deadline passes ends the wait at
// once, and `then` does nothing any more; so what `ask` begins may not use the request after it
// returned.
using Then = std::function<void(absl::Status)>;
using Ask = std::function<absl::Status(const CallContext&, Then)>;
grpc::ServerUnaryReactor* RunAfter(ThreadPool& pool, grpc::CallbackServerContext* context, Ask ask,
                                   UnaryWork work);

// Runs work that is done later, as a write is once it is committed, and holds no thread until then.
// `begin` runs on `pool`; an error of its own ends the call. Else `then` is called once, from any
// thread and perhaps before `begin` returned, and what it is given ends the call. A client that
// goes away changes nothing: what was begun is done, and `request` and `response` live until then.
using Begin = std::function<absl::Status(const CallContext&, Then)>;
grpc::ServerUnaryReactor* RunLater(ThreadPool& pool, grpc::CallbackServerContext* context,
                                   Begin begin);

// The same for work that returns the response.
template <typename Response, typename Work>
grpc::ServerUnaryReactor* RunUnary(ThreadPool& pool, grpc::CallbackServerContext* context,
                                   Response* response, Work work) {
  return RunUnary(pool, context, Answering(response, std::move(work)));
}

}  // namespace clusterwire::rpc
