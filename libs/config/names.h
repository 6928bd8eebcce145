#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <google/protobuf/descriptor.h>

// For error texts: what a mistyped name was probably meant to be.
namespace clusterwire::config {

// The candidate with the fewest edits from `name`; "" when none is near enough to be meant.
std::string Nearest(std::string_view name, const std::vector<std::string>& candidates);

// "there is no 'brokrs' in Kafka; did you mean 'brokers'?", or with all names when none is near.
std::string UnknownField(std::string_view name, const google::protobuf::Descriptor& message);
std::string UnknownValue(std::string_view name, const google::protobuf::EnumDescriptor& values);

}  // namespace clusterwire::config
