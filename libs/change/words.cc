#include "libs/change/words.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace clusterwire::change {
namespace {

// How many characters all values of an enum begin with: "STATE_" of STATE_UNSPECIFIED.
size_t PrefixLength(const google::protobuf::EnumDescriptor& type) {
  constexpr std::string_view kZero = "UNSPECIFIED";
  return type.FindValueByNumber(0)->name().size() - kZero.size();
}

}  // namespace

std::string WordOf(const google::protobuf::EnumDescriptor& type, int value) {
  const auto* descriptor = type.FindValueByNumber(value);
  if (descriptor == nullptr || value == 0) return "";
  return absl::AsciiStrToLower(descriptor->name().substr(PrefixLength(type)));
}

std::optional<int> ValueOf(const google::protobuf::EnumDescriptor& type, std::string_view word) {
  for (int i = 0; i < type.value_count(); ++i) {
    const int value = type.value(i)->number();
    if (value != 0 && WordOf(type, value) == word) return value;
  }
  return std::nullopt;
}

std::string WordsOf(const google::protobuf::EnumDescriptor& type) {
  std::string words;
  for (int i = 0; i < type.value_count(); ++i) {
    const std::string word = WordOf(type, type.value(i)->number());
    if (word.empty()) continue;
    const bool last = i + 1 == type.value_count();
    absl::StrAppend(&words, words.empty() ? "" : last ? " or " : ", ", word);
  }
  return words;
}

}  // namespace clusterwire::change
