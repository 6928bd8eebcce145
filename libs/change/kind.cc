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

}  // namespace clusterwire::change
