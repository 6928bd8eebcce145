#include "services/catalogue/common/fields/edited.h"

#include <algorithm>
#include <memory>
#include <set>

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

bool Differs(const Message& a, const Message& b, const FieldDescriptor* field) {
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
  std::unique_ptr<Message> nothing(next->New());
  const Message& base = before == nullptr ? *nothing : *before;
  std::set<std::string> edited = EditedFields(base);
  for (int i = 0; i < type.field_count(); ++i) {
    if (IsOwn(*type.field(i), output_only) && Differs(base, *next, type.field(i))) {
      edited.insert(type.field(i)->name());
    }
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
