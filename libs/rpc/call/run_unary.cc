#include "libs/rpc/call/run_unary.h"

#include <memory>

#include <grpcpp/server_context.h>
#include <grpcpp/support/server_callback.h>

#include "libs/rpc/call/call_log.h"
#include "libs/rpc/call/incoming.h"
#include "libs/telemetry/trace.h"

namespace clusterwire::rpc {
namespace {

absl::Status Run(Runtime& runtime, const grpc::CallbackServerContext& context,
                 const CallContext& call,
                 const std::function<absl::Status(const CallContext&)>& work) {
  if (context.IsCancelled()) return absl::CancelledError("the client went away");
  if (call.deadline <= runtime.clock().Now()) {
    return absl::DeadlineExceededError("the deadline passed before the call was run");
  }
  const telemetry::TraceScope scope(call.trace);
  return work(call);
}

}  // namespace

grpc::ServerUnaryReactor* RunUnary(Lane& lane, grpc::CallbackServerContext* context,
                                   std::function<absl::Status(const CallContext&)> work) {
  grpc::ServerUnaryReactor* const reactor = context->DefaultReactor();
  CallContext call;
  const absl::Status refusal = ReadContext(*context, lane.runtime().random(), &call);
  const auto log = std::make_shared<CallLog>(lane.runtime(), std::move(call));
  if (!refusal.ok()) {
    reactor->Finish(log->Finish(refusal));
    return reactor;
  }
  const bool posted = lane.TryPost([&lane, context, reactor, log, work = std::move(work)] {
    reactor->Finish(log->Finish(Run(lane.runtime(), *context, log->call(), work)));
  });
  if (!posted) reactor->Finish(log->Finish(lane.FullError()));
  return reactor;
}

}  // namespace clusterwire::rpc
