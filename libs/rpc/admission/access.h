#pragma once

#include <string_view>

#include "absl/status/status.h"

#include "clusterwire/type/v1/access.pb.h"

#include "libs/rpc/call/call_context.h"

// Who may call a method at all: the option (clusterwire.type.v1.access) of each rpc against what
// the caller is.
namespace clusterwire::rpc {

using type::v1::Access;

// What a caller is: the one definition. OFFICE edits a programme, a label scheme or a taxonomy,
// CLUSTER anything else, SUBSCRIBER is a member of a subscriber, SIGNED_IN has shown who they are.
Access AccessOf(const Caller& caller);

// What the method's option states; `method` as gRPC writes it,
// "/clusterwire.catalogue.v1.ClusterService/GetCluster". Unspecified where nothing is stated.
Access StatedAccess(std::string_view method);

// OK when the caller is at least what the method asks for. PERMISSION_DENIED, reason
// ACCESS_NOT_STATED, when the method doesn't say; else UNAUTHENTICATED, reason SIGN_IN, for who has
// shown nothing, and PERMISSION_DENIED, reason ACCESS_DENIED, for everybody else.
absl::Status CheckAccess(std::string_view method, const Caller& caller);

// An error names the methods of the gRPC service (its full name) that state no access, so that a
// server which has some isn't started.
absl::Status CheckAccessStated(std::string_view service);

}  // namespace clusterwire::rpc
