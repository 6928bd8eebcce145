#include "libs/change/kind.h"

namespace clusterwire::change {

std::string_view KindText(ChangeKind kind) {
  const auto* value = v1::ChangeKind_descriptor()->FindValueByNumber(kind);
  return value == nullptr ? std::string_view() : value->options().GetExtension(v1::text);
}

std::optional<ChangeKind> KindOf(std::string_view text) {
  const auto& type = *v1::ChangeKind_descriptor();
  for (int i = 0; i < type.value_count(); ++i) {
    const auto& value = *type.value(i);
    if (value.number() != 0 && value.options().GetExtension(v1::text) == text) {
      return static_cast<ChangeKind>(value.number());
    }
  }
  return std::nullopt;
}

const std::vector<std::string>& AllKinds() {
  static const auto* const kKinds = [] {
    auto* kinds = new std::vector<std::string>;
    const auto& type = *v1::ChangeKind_descriptor();
    for (int i = 0; i < type.value_count(); ++i) {
      const std::string& text = type.value(i)->options().GetExtension(v1::text);
      if (!text.empty()) kinds->push_back(text);
    }
    return kinds;
  }();
  return *kKinds;
}

}  // namespace clusterwire::change
