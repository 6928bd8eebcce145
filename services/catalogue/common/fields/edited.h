#pragma once

#include <span>
#include <string_view>

#include "google/protobuf/message.h"

// The owner of a field is the person who set it by hand, else the register it was imported from.
// The names of the first kind stand in the resource, in its field edited_fields.
namespace clusterwire::catalogue {

// Adds the fields of `next` that differ from `before` (null: all that are set) to its
// edited_fields. Fields that every resource has and those in `output_only` don't count.
void MarkEdited(const google::protobuf::Message* before,
                std::span<const std::string_view> output_only, google::protobuf::Message* next);

// What an import makes of a known resource: `imported`, but with `known`'s own values in what every
// resource has, in what is edited and in `output_only`.
void KeepEdited(const google::protobuf::Message& known,
                std::span<const std::string_view> output_only, google::protobuf::Message* imported);

}  // namespace clusterwire::catalogue
