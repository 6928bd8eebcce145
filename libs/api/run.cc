#include "libs/api/run.h"

#include <algorithm>

#include "libs/base/status/error.h"
#include "libs/rpc/call/run_unary.h"

namespace clusterwire::api {
namespace {

rpc::UnaryWork Reading(int64_t min_revision,
                       std::function<absl::Status(const resource::ReadCall&)> work) {
  return [min_revision, work = std::move(work)](const rpc::CallContext& call) {
    return work({.viewer = ViewerOf(call.caller), .at_least = store::Revision{min_revision}});
  };
}

}  // namespace

filter::Viewer ViewerOf(const rpc::Caller& caller) {
  filter::Viewer viewer{.operator_ = caller.is_operator, .members = caller.members};
  std::ranges::sort(viewer.members);
  return viewer;
}

grpc::ServerUnaryReactor* RunRead(const Api& api, grpc::CallbackServerContext* context,
                                  int64_t min_revision,
                                  std::function<absl::Status(const resource::ReadCall&)> work) {
  return rpc::RunUnary(api.reads, context, Reading(min_revision, std::move(work)));
}

grpc::ServerUnaryReactor* RunRead(const Api& api, grpc::CallbackServerContext* context,
                                  const rpc::Parking::Progress& reader, int64_t min_revision,
                                  std::function<absl::Status(const resource::ReadCall&)> work) {
  return rpc::RunAtRevision(api.reads, context, reader, min_revision,
                            Reading(min_revision, std::move(work)));
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
  ASSIGN_OR_RETURN(store::WriteOptions store_call,
                   resource::MakeCall({call.caller.subject, traceparent, call.method}, request));
  return resource::WriteCall{.viewer = ViewerOf(call.caller), .store = std::move(store_call)};
}

}  // namespace clusterwire::api
