#pragma once

#include <string_view>

#include "absl/status/statusor.h"
#include <google/protobuf/descriptor.h>
#include <google/protobuf/duration.pb.h>

namespace clusterwire::config {

// "5s", "250ms", "1h30m"; "0" needs no unit. Not negative, at most 100 years.
absl::StatusOr<google::protobuf::Duration> ParseDuration(std::string_view text);

bool IsDuration(const google::protobuf::FieldDescriptor& field);

}  // namespace clusterwire::config
