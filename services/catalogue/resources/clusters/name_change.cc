#include "services/catalogue/resources/clusters/name_change.h"

#include <algorithm>
#include <set>
#include <vector>

namespace clusterwire::catalogue {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

bool IsString(const FieldDescriptor& field) { return field.type() == FieldDescriptor::TYPE_STRING; }
bool IsMessage(const FieldDescriptor& field) {
  return field.type() == FieldDescriptor::TYPE_MESSAGE;
}
// Of a resource, not of a part of one.
bool IsOwnName(const FieldDescriptor& field, bool top) { return top && field.name() == "name"; }

bool IsOrIsUnder(std::string_view text, std::string_view name) {
  return text.starts_with(name) && (text.size() == name.size() || text[name.size()] == '/');
}

bool IsNamed(const Message& message, std::string_view name, bool top);

bool IsNamedInField(const Message& message, const FieldDescriptor& field, std::string_view name) {
  const auto& reflection = *message.GetReflection();
  const int count = field.is_repeated() ? reflection.FieldSize(message, &field) : 1;
  for (int i = 0; i < count; ++i) {
    if (IsString(field)) {
      const std::string text = field.is_repeated()
                                   ? reflection.GetRepeatedString(message, &field, i)
                                   : reflection.GetString(message, &field);
      if (IsOrIsUnder(text, name)) return true;
    } else if (IsMessage(field)) {
      const Message& part = field.is_repeated() ? reflection.GetRepeatedMessage(message, &field, i)
                                                : reflection.GetMessage(message, &field);
      if (IsNamed(part, name, /*top=*/false)) return true;
    }
  }
  return false;
}

bool IsNamed(const Message& message, std::string_view name, bool top) {
  for (const FieldDescriptor* field : SetFields(message)) {
    if (!IsOwnName(*field, top) && IsNamedInField(message, *field, name)) return true;
  }
  return false;
}

void ChangeIn(const NewNames& names, Message* message, bool top);

// What a list has already isn't added to it.
void ChangeList(const NewNames& names, const FieldDescriptor& field, Message* message) {
  const auto& reflection = *message->GetReflection();
  std::vector<std::string> texts;
  std::set<std::string> changed;
  for (int i = 0; i < reflection.FieldSize(*message, &field); ++i) {
    std::string text = reflection.GetRepeatedString(*message, &field, i);
    const auto found = names.find(text);
    if (found != names.end()) {
      text = found->second;
      changed.insert(text);
    }
    if (!changed.contains(text) || std::ranges::find(texts, text) == texts.end()) {
      texts.push_back(std::move(text));
    }
  }
  if (changed.empty()) return;
  reflection.ClearField(message, &field);
  for (std::string& text : texts) reflection.AddString(message, &field, std::move(text));
}

void ChangeField(const NewNames& names, const FieldDescriptor& field, Message* message) {
  const auto& reflection = *message->GetReflection();
  if (IsString(field) && field.is_repeated()) return ChangeList(names, field, message);
  if (IsString(field)) {
    const auto found = names.find(reflection.GetString(*message, &field));
    if (found != names.end()) reflection.SetString(message, &field, found->second);
    return;
  }
  if (!IsMessage(field)) return;
  if (!field.is_repeated()) {
    return ChangeIn(names, reflection.MutableMessage(message, &field), /*top=*/false);
  }
  for (int i = 0; i < reflection.FieldSize(*message, &field); ++i) {
    ChangeIn(names, reflection.MutableRepeatedMessage(message, &field, i), /*top=*/false);
  }
}

void ChangeIn(const NewNames& names, Message* message, bool top) {
  for (const FieldDescriptor* field : SetFields(*message)) {
    if (!IsOwnName(*field, top)) ChangeField(names, *field, message);
  }
}

}  // namespace

std::vector<const FieldDescriptor*> SetFields(const Message& message) {
  std::vector<const FieldDescriptor*> fields;
  message.GetReflection()->ListFields(message, &fields);
  return fields;
}

bool IsNamedIn(const Message& resource, std::string_view name) {
  return IsNamed(resource, name, /*top=*/true);
}

void ChangeNames(const NewNames& names, Message* resource) {
  ChangeIn(names, resource, /*top=*/true);
}

}  // namespace clusterwire::catalogue
