#include "services/notification/resources/subscribers/access.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

#include "libs/base/status/error.h"
#include "libs/base/text/strings.h"
#include "libs/resource/call.h"
#include "libs/store/registry.h"

namespace clusterwire::notification {

absl::Status CheckMayUse(const rpc::Caller& caller, std::string_view name) {
  if (caller.is_operator) return absl::OkStatus();
  const std::string_view subscriber = store::RootOf(name);
  if (std::ranges::find(caller.members, subscriber) != caller.members.end()) {
    return absl::OkStatus();
  }
  return Error(
      absl::StatusCode::kPermissionDenied, "NOT_ALLOWED",
      absl::StrCat(ToAbsl(subscriber), " is open to operators and to whoever acts for it only"));
}

absl::Status CheckOperator(const rpc::Caller& caller) {
  if (caller.is_operator) return absl::OkStatus();
  return Error(absl::StatusCode::kPermissionDenied, "NOT_ALLOWED", "only operators may do this");
}

absl::StatusOr<store::Call> StoreCall(const rpc::CallContext& call,
                                      const google::protobuf::Message& request) {
  return resource::MakeCall({.subject = call.caller.subject,
                             .traceparent = call.trace.ToTraceparent(),
                             .method = call.method},
                            request);
}

}  // namespace clusterwire::notification
