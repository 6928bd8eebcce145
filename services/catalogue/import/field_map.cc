#include "services/catalogue/import/field_map.h"

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

#include "clusterwire/type/v1/places.pb.h"

#include "libs/base/status/error.h"
#include "libs/base/text/strings.h"
#include "libs/text/form.h"
#include "services/catalogue/common/fields/words.h"

namespace clusterwire::catalogue::registers {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

const FieldDescriptor& DescriptorAt(const std::string& path, const Message& resource) {
  const FieldDescriptor* field = nullptr;
  const Descriptor* type = resource.GetDescriptor();
  for (const absl::string_view part : absl::StrSplit(path, '.')) {
    field = type->FindFieldByName(std::string(part));
    type = field->message_type();
  }
  return *field;
}

// Calls a setter of Reflection; the messages on the way to `path` are created.
template <typename Setter, typename Value>
void Set(Setter setter, const std::string& path, Value value, Message* resource) {
  const size_t dot = path.find('.');
  const Reflection& reflection = *resource->GetReflection();
  const FieldDescriptor* field = resource->GetDescriptor()->FindFieldByName(path.substr(0, dot));
  if (dot == std::string::npos) {
    (reflection.*setter)(resource, field, std::move(value));
  } else {
    Set(setter, path.substr(dot + 1), std::move(value), reflection.MutableMessage(resource, field));
  }
}

void SetText(const Field& field, std::string text, Message* resource) {
  if (!text.empty()) Set(&Reflection::SetString, field.path, std::move(text), resource);
}

// What a register calls the field at `path` of the resource: by the longest row that fits.
std::string KeyOf(std::string_view path, FieldMap fields) {
  if (path == "sources[0].uri") return "source";  // every register has it
  std::string_view key;
  std::string_view replaced;
  for (const Field& field : fields) {
    const std::string_view candidate = field.path;
    if (!path.starts_with(candidate) || candidate.size() <= replaced.size()) continue;
    key = field.key;
    replaced = candidate;
  }
  return absl::StrCat(ToAbsl(key), ToAbsl(path.substr(replaced.size())));
}

}  // namespace

void ReadValue(JsonRecord& record, const Field& field, Message* resource) {
  const FieldDescriptor& descriptor = DescriptorAt(field.path, *resource);
  switch (descriptor.cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
      if (descriptor.is_repeated()) {
        for (const int32_t number : record.Wholes(field.key)) {
          Set(&Reflection::AddInt32, field.path, number, resource);
        }
        return;
      }
      if (const auto number = record.Whole(field.key)) {
        Set(&Reflection::SetInt32, field.path, *number, resource);
      }
      return;
    case FieldDescriptor::CPPTYPE_INT64:
      if (const auto number = record.Whole(field.key)) {
        Set(&Reflection::SetInt64, field.path, int64_t{*number}, resource);
      }
      return;
    case FieldDescriptor::CPPTYPE_DOUBLE:
      if (const auto number = record.Number(field.key)) {
        Set(&Reflection::SetDouble, field.path, *number, resource);
      }
      return;
    case FieldDescriptor::CPPTYPE_BOOL:
      if (const auto flag = record.Flag(field.key)) {
        Set(&Reflection::SetBool, field.path, *flag, resource);
      }
      return;
    default:
      if (!descriptor.is_repeated()) return SetText(field, record.Text(field.key), resource);
      for (std::string& text : record.Texts(field.key)) {
        Set(&Reflection::AddString, field.path, std::move(text), resource);
      }
  }
}

void ReadRequired(JsonRecord& record, const Field& field, Message* resource) {
  SetText(field, record.RequiredText(field.key), resource);
}

void ReadDate(JsonRecord& record, const Field& field, Message* resource) {
  SetText(field, record.Date(field.key), resource);
}

void ReadWord(JsonRecord& record, const Field& field, Message* resource) {
  const std::string word = record.Text(field.key);
  if (!word.empty()) SetWord(record, field, word, "", resource);
}

void ReadPoint(JsonRecord& record, const Field& field, Message* resource) {
  const auto latitude = record.Number("latitude");
  const auto longitude = record.Number("longitude");
  if (latitude && longitude) {
    const std::string path = field.path;
    Set(&Reflection::SetDouble, path + ".latitude", *latitude, resource);
    Set(&Reflection::SetDouble, path + ".longitude", *longitude, resource);
    Set(&Reflection::SetEnumValue, path + ".precision", type::v1::POINT_PRECISION_CITY, resource);
  } else if (latitude || longitude) {
    record.AddError(latitude ? "longitude" : "latitude", "is required beside the other coordinate");
  }
}

void ReadFields(JsonRecord& record, FieldMap fields, Message* resource) {
  for (const Field& field : fields) field.read(record, field, resource);
}

void ReadEach(JsonRecord& record, const Field& field, FieldMap fields, Message* resource) {
  for (JsonRecord& object : record.Objects(field.key)) {
    ReadFields(
        object, fields,
        resource->GetReflection()->AddMessage(resource, &DescriptorAt(field.path, *resource)));
    object.RefuseUnknown();
  }
}

void ReadOne(JsonRecord& record, const Field& field, FieldMap fields, Message* resource) {
  std::optional<JsonRecord> object = record.Object(field.key);
  if (!object) return;
  const FieldDescriptor& descriptor = DescriptorAt(field.path, *resource);
  ReadFields(*object, fields, resource->GetReflection()->MutableMessage(resource, &descriptor));
  object->RefuseUnknown();
}

void BringToForm(JsonRecord& record, FieldMap fields, Message* resource) {
  FieldErrors errors;
  text::BringToForm(resource, errors);
  const google::rpc::BadRequest bad_request = BadRequestOf(errors.ToStatus());
  for (const auto& violation : bad_request.field_violations()) {
    record.AddError(KeyOf(violation.field(), fields), violation.description());
  }
}

void SetWord(JsonRecord& record, const Field& field, const std::string& word, std::string_view lead,
             Message* resource) {
  const auto& words = *DescriptorAt(field.path, *resource).enum_type();
  if (const std::optional<int> value = ValueOf(words, text::WordForm(word))) {
    Set(&Reflection::SetEnumValue, field.path, *value, resource);
  } else {
    record.AddError(field.key, absl::StrCat("'", word, "' must be ", ToAbsl(lead), WordsOf(words)));
  }
}

absl::Status InWordsOfRegister(const absl::Status& status, std::string_view type, FieldMap fields) {
  const google::rpc::BadRequest bad_request = BadRequestOf(status);
  if (fields.empty() || bad_request.field_violations().empty()) return status;
  FieldErrors errors;
  for (const auto& violation : bad_request.field_violations()) {
    std::string_view path = violation.field();
    const bool ours = path.starts_with(type) && path.substr(type.size()).starts_with('.');
    errors.Add(ours ? KeyOf(path.substr(type.size() + 1), fields) : violation.field(),
               violation.description());
  }
  return errors.ToStatus();
}

}  // namespace clusterwire::catalogue::registers
