#include "libs/api/run.h"

#include <algorithm>

#include "libs/base/status/error.h"

namespace clusterwire::api {

filter::Viewer ViewerOf(const rpc::Caller& caller) {
  filter::Viewer viewer{.operator_ = caller.is_operator, .members = caller.members};
  std::ranges::sort(viewer.members);
  return viewer;
}

resource::ReadCall ReadCallOf(const rpc::CallContext& call, int64_t min_revision) {
  return {.viewer = ViewerOf(call.caller), .at_least = store::Revision{min_revision}};
}

absl::StatusOr<resource::WriteCall> WriteCallOf(const rpc::CallContext& call,
                                                const google::protobuf::Message& request) {
  const std::string traceparent = call.trace.ToTraceparent();
  ASSIGN_OR_RETURN(store::WriteOptions store_call,
                   resource::MakeCall({call.caller.subject, traceparent, call.method}, request));
  return resource::WriteCall{.viewer = ViewerOf(call.caller), .store = std::move(store_call)};
}

}  // namespace clusterwire::api
