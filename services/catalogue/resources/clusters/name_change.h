#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "google/protobuf/message.h"

// Resource names inside resources of any type, by reflection.
namespace clusterwire::catalogue {

// Names that lead to others.
using NewNames = std::map<std::string, std::string, std::less<>>;

// The fields that say something, by reflection.
std::vector<const google::protobuf::FieldDescriptor*> SetFields(
    const google::protobuf::Message& resource);

// Whether a text in it is that name, or one under it; its own name doesn't count.
bool IsNamedIn(const google::protobuf::Message& resource, std::string_view name);

// Puts the new name wherever a text is one that leads elsewhere, but for its own. Lists keep each
// name once.
void ChangeNames(const NewNames& names, google::protobuf::Message* resource);

}  // namespace clusterwire::catalogue
