#pragma once

#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "google/protobuf/message.h"

#include "libs/rpc/call/call_context.h"
#include "libs/store/store.h"

namespace clusterwire::notification {

// Who may do what here. An operator may do everything; who acts for a subscriber may read and
// change what lies under it; the public has no business here. Refusals are PERMISSION_DENIED,
// reason NOT_ALLOWED, whether or not the thing exists.
absl::Status CheckMayUse(const rpc::Caller& caller, std::string_view name);
absl::Status CheckOperator(const rpc::Caller& caller);

// How the store is to run `request` for the caller.
absl::StatusOr<store::Call> StoreCall(const rpc::CallContext& call,
                                      const google::protobuf::Message& request);

}  // namespace clusterwire::notification
