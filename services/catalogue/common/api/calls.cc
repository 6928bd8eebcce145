#include "services/catalogue/common/api/calls.h"

#include <algorithm>

#include "libs/base/status/status_macros.h"
#include "libs/resource/call.h"

namespace clusterwire::catalogue {

filter::Viewer ViewerOf(const rpc::Caller& caller) {
  filter::Viewer viewer;
  viewer.operator_ = caller.is_operator;
  viewer.members = caller.members;
  std::sort(viewer.members.begin(), viewer.members.end());
  return viewer;
}

ReadCall ReadCallOf(const rpc::CallContext& call, int64_t min_revision) {
  return {.viewer = ViewerOf(call.caller), .at_least = store::Revision{min_revision}};
}

absl::StatusOr<WriteCall> WriteCallOf(const rpc::CallContext& call,
                                      const google::protobuf::Message& request) {
  const std::string traceparent = call.trace.ToTraceparent();
  ASSIGN_OR_RETURN(store::Call store_call,
                   resource::MakeCall({call.caller.subject, traceparent, call.method}, request));
  return WriteCall{.viewer = ViewerOf(call.caller), .store = std::move(store_call)};
}

}  // namespace clusterwire::catalogue
