#pragma once

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "google/protobuf/message.h"

#include "libs/store/store.h"

namespace clusterwire::resource {

inline constexpr size_t kMaxRequestIdLength = 100;

// Who calls, as the store wants to know it.
struct Origin {
  std::string_view subject;      // opaque
  std::string_view traceparent;  // W3C
  std::string_view method;       // "/clusterwire.catalogue.v1.ClusterService/CreateCluster"
};

// How the store is to run a request: takes `request_id` and `validate_only` from the request, where
// it has them. INVALID_ARGUMENT for a request id of more than 100 characters.
absl::StatusOr<store::Call> MakeCall(const Origin& origin,
                                     const google::protobuf::Message& request);

// A hash of all that a request asks but its request_id: the same for a retry, another for a reused
// id. Stable within one release.
std::string DigestOf(const google::protobuf::Message& request);

// ABORTED, reason ETAG_MISMATCH, when `etag` is set and not `current`'s.
absl::Status CheckEtag(const google::protobuf::Message& current, std::string_view etag);

}  // namespace clusterwire::resource
