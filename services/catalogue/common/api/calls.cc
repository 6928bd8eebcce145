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

absl::Time WaitLimit(const Api& api, const rpc::CallContext& call) {
  // What the answer needs to get back.
  constexpr absl::Duration kReserve = absl::Milliseconds(100);
  return std::min(call.deadline - kReserve, api.reads.runtime().clock().Now() + kMaxWait);
}

ReadCall ReadCallOf(const Api& api, const rpc::CallContext& call, int64_t min_revision) {
  return {.viewer = ViewerOf(call.caller),
          .at_least = store::Revision{min_revision},
          .deadline = WaitLimit(api, call)};
}

absl::StatusOr<WriteCall> WriteCallOf(const rpc::CallContext& call,
                                      const google::protobuf::Message& request) {
  const std::string traceparent = call.trace.ToTraceparent();
  ASSIGN_OR_RETURN(store::Call store_call,
                   resource::MakeCall({call.caller.subject, traceparent, call.method}, request));
  return WriteCall{.viewer = ViewerOf(call.caller), .store = std::move(store_call)};
}

}  // namespace clusterwire::catalogue
