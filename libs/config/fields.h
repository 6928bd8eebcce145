#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include <google/protobuf/descriptor.h>

// Inside the library: what a field is called and holds, and what a mistyped name was probably meant
// to be.
namespace clusterwire::config {

// INVALID_ARGUMENT, reason INVALID_CONFIG.
absl::Status InvalidConfig(std::string_view text);

// "there is no 'brokrs' in Kafka; did you mean 'brokers'?", or with all names when none is near.
std::string UnknownField(std::string_view name, const google::protobuf::Descriptor& message);
std::string UnknownValue(std::string_view name, const google::protobuf::EnumDescriptor& values);

// A google.protobuf.Duration.
bool IsDuration(const google::protobuf::FieldDescriptor& field);
// "5s", "250ms", "1h30m" as text format writes it: "{ seconds: 5 nanos: 0 }"; "0" needs no unit.
// Not negative, at most 100 years.
absl::StatusOr<std::string> DurationLiteral(std::string_view text);

}  // namespace clusterwire::config
