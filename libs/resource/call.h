#pragma once

#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "google/protobuf/message.h"

#include "libs/filter/viewer.h"
#include "libs/store/store.h"

namespace clusterwire::resource {

inline constexpr size_t kMaxRequestIdLength = 100;

// How a call reads.
struct ReadCall {
  filter::Viewer viewer;
  store::Revision at_least = {};  // OUT_OF_RANGE when it isn't written yet
};

// How a call writes.
struct WriteCall {
  filter::Viewer viewer;
  store::WriteOptions store = {};
};

// Who calls, as the store wants to know it.
struct Origin {
  std::string_view subject;      // opaque
  std::string_view traceparent;  // W3C
  std::string_view method;       // "/clusterwire.catalogue.v1.ClusterService/CreateCluster"
};

// How the store is to run a request: takes `request_id` and `validate_only` from the request, where
// it has them. INVALID_ARGUMENT for a request id of more than 100 characters.
absl::StatusOr<store::WriteOptions> MakeCall(const Origin& origin,
                                             const google::protobuf::Message& request);

// ABORTED, reason ETAG_MISMATCH, when `etag` is set and not `current`'s.
absl::Status CheckEtag(const google::protobuf::Message& current, std::string_view etag);

}  // namespace clusterwire::resource
