#include "libs/api/run.h"

#include <algorithm>

#include "absl/strings/escaping.h"
#include "absl/strings/str_join.h"

#include "libs/base/crypto.h"
#include "libs/base/status/error.h"

namespace clusterwire::api {

filter::Viewer ViewerOf(const rpc::Caller& caller) {
  filter::Viewer viewer{.operator_ = caller.is_operator, .members = caller.members};
  std::ranges::sort(viewer.members);
  return viewer;
}

namespace {

// The same for the same rights, whatever order they came in. Members' names may be many and long.
std::string KeyOf(const filter::Viewer& viewer) {
  if (viewer.operator_) return "operator";
  if (viewer.members.empty()) return "public";
  return absl::BytesToHexString(Sha256(absl::StrJoin(viewer.members, "\n")));
}

}  // namespace

resource::ReadCall ReadCallOf(const rpc::CallContext& call, int64_t min_revision) {
  return {.viewer = ViewerOf(call.caller), .at_least = store::Revision{min_revision}};
}

absl::StatusOr<resource::WriteCall> WriteCallOf(const rpc::CallContext& call,
                                                const google::protobuf::Message& request) {
  const std::string traceparent = call.trace.ToTraceparent();
  ASSIGN_OR_RETURN(store::WriteOptions store_call,
                   resource::MakeCall({call.caller.subject, traceparent, call.method}, request));
  resource::WriteCall write{.viewer = ViewerOf(call.caller), .store = std::move(store_call)};
  write.store.view = KeyOf(write.viewer);
  return write;
}

}  // namespace clusterwire::api
