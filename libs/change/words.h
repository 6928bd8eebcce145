#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "google/protobuf/descriptor.h"
#include "google/protobuf/generated_enum_reflection.h"

// Between the values of the contracts' enums and the words that Facts, filters and registers write
// for them.
namespace clusterwire::change {

// "side_event" of KIND_SIDE_EVENT. Empty for the zero value and for unknown ones.
std::string WordOf(const google::protobuf::EnumDescriptor& type, int value);
// The value of a word; none for what isn't on the list.
std::optional<int> ValueOf(const google::protobuf::EnumDescriptor& type, std::string_view word);
// All words, in the order of the enum: "a, b or c".
std::string WordsOf(const google::protobuf::EnumDescriptor& type);

template <typename Enum>
std::string WordOf(Enum value) {
  return WordOf(*google::protobuf::GetEnumDescriptor<Enum>(), static_cast<int>(value));
}
template <typename Enum>
std::string WordsOf() {
  return WordsOf(*google::protobuf::GetEnumDescriptor<Enum>());
}

}  // namespace clusterwire::change
