#pragma once

#include "absl/time/time.h"
#include "google/protobuf/timestamp.pb.h"

namespace clusterwire {

// Inside we count in absl::Time, at the border in protobuf's Timestamp. Nanoseconds are kept.
absl::Time ToTime(const google::protobuf::Timestamp& timestamp);
google::protobuf::Timestamp ToTimestamp(absl::Time time);

}  // namespace clusterwire
