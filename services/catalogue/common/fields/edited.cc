#include "services/catalogue/common/fields/edited.h"

#include <algorithm>
#include <memory>
#include <set>
#include <vector>

#include "google/protobuf/descriptor.h"
#include "google/protobuf/reflection.h"
#include "google/protobuf/util/field_mask_util.h"
#include "google/protobuf/util/message_differencer.h"

namespace clusterwire::catalogue {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::util::FieldMaskUtil;

constexpr std::string_view kEditedFields = "edited_fields";
// Fields below this number are the same in every resource: name, stamps, state.
constexpr int kFirstOwnField = 10;

bool IsOwn(const FieldDescriptor& field, std::span<const std::string_view> output_only) {
  return field.number() >= kFirstOwnField && field.name() != kEditedFields &&
         std::find(output_only.begin(), output_only.end(), field.name()) == output_only.end();
}

bool IsSet(const Message& message, const FieldDescriptor* field) {
  const auto& reflection = *message.GetReflection();
  return field->is_repeated() ? reflection.FieldSize(message, field) > 0
                              : reflection.HasField(message, field);
}

// What isn't set in either is the same in both.
std::set<const FieldDescriptor*> SetInEither(const Message& a, const Message& b) {
  std::set<const FieldDescriptor*> either;
  std::vector<const FieldDescriptor*> set;
  for (const Message* message : {&a, &b}) {
    message->GetReflection()->ListFields(*message, &set);
    either.insert(set.begin(), set.end());
  }
  return either;
}

bool Differs(const Message& a, const Message& b, const FieldDescriptor* field) {
  if (IsSet(a, field) != IsSet(b, field)) return true;
  google::protobuf::util::MessageDifferencer differencer;
  return !differencer.CompareWithFields(a, b, {field}, {field});
}

std::set<std::string> EditedFields(const Message& resource) {
  const auto names = resource.GetReflection()->GetRepeatedFieldRef<std::string>(
      resource, resource.GetDescriptor()->FindFieldByName(std::string(kEditedFields)));
  return {names.begin(), names.end()};
}

}  // namespace

void MarkEdited(const Message* before, std::span<const std::string_view> output_only,
                Message* next) {
  const auto& type = *next->GetDescriptor();
  const auto* field = type.FindFieldByName(std::string(kEditedFields));
  if (field == nullptr) return;  // no import brings such ones
  const std::unique_ptr<Message> empty(next->New());
  const Message& base = before == nullptr ? *empty : *before;
  std::set<std::string> edited = EditedFields(base);
  for (const FieldDescriptor* set : SetInEither(base, *next)) {
    if (IsOwn(*set, output_only) && Differs(base, *next, set)) edited.insert(set->name());
  }
  next->GetReflection()->ClearField(next, field);
  for (const std::string& name : edited) next->GetReflection()->AddString(next, field, name);
}

void KeepEdited(const Message& known, std::span<const std::string_view> output_only,
                Message* imported) {
  const std::set<std::string> edited = EditedFields(known);
  const auto& type = *known.GetDescriptor();
  google::protobuf::FieldMask kept;
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor& field = *type.field(i);
    if (!IsOwn(field, output_only) || edited.contains(field.name())) kept.add_paths(field.name());
  }
  FieldMaskUtil::MergeOptions options;
  options.set_replace_message_fields(true);
  options.set_replace_repeated_fields(true);
  FieldMaskUtil::MergeMessageTo(known, kept, options, imported);
}

}  // namespace clusterwire::catalogue
