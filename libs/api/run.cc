#include "libs/api/run.h"

#include <algorithm>

#include "libs/base/status/status_macros.h"
#include "libs/rpc/call/run_unary.h"

namespace clusterwire::api {
namespace {

// How long a read waits for the revision it asks for: until the caller's deadline is near, and
// never longer than this.
constexpr absl::Duration kMaxWait = absl::Seconds(10);
constexpr absl::Duration kReserve = absl::Milliseconds(100);  // to get the answer back

}  // namespace

grpc::ServerUnaryReactor* RunRead(const Api& api, grpc::CallbackServerContext* context,
                                  int64_t min_revision,
                                  std::function<absl::Status(const resource::ReadCall&)> work) {
  return rpc::RunUnary(
      api.reads, context,
      [&clock = api.reads.runtime().clock(), min_revision,
       work = std::move(work)](const rpc::CallContext& call) {
        return work({.viewer = ViewerOf(call.caller),
                     .at_least = store::Revision{min_revision},
                     .deadline = std::min(call.deadline - kReserve, clock.Now() + kMaxWait)});
      });
}

grpc::ServerUnaryReactor* RunWrite(const Api& api, grpc::CallbackServerContext* context,
                                   const google::protobuf::Message& request,
                                   std::function<absl::Status(const resource::WriteCall&)> work) {
  return rpc::RunUnary(
      api.writes, context,
      [&request, work = std::move(work)](const rpc::CallContext& call) -> absl::Status {
        ASSIGN_OR_RETURN(const resource::WriteCall write, WriteCallOf(call, request));
        return work(write);
      });
}

absl::StatusOr<resource::WriteCall> WriteCallOf(const rpc::CallContext& call,
                                                const google::protobuf::Message& request) {
  const std::string traceparent = call.trace.ToTraceparent();
  ASSIGN_OR_RETURN(store::Call store_call,
                   resource::MakeCall({call.caller.subject, traceparent, call.method}, request));
  return resource::WriteCall{.viewer = ViewerOf(call.caller), .store = std::move(store_call)};
}

}  // namespace clusterwire::api
