#include "services/catalogue/import/field_map.h"

#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

#include "clusterwire/type/v1/places.pb.h"

#include "libs/base/status/error.h"
#include "libs/base/text/strings.h"
#include "services/catalogue/common/fields/words.h"

namespace clusterwire::catalogue::registers {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

// A field of a message and the message that it is in, which is created on the way there.
struct Target {
  Target(Message* resource, const char* path) : message(resource) {
    const std::vector<std::string> parts = absl::StrSplit(path, '.');
    for (size_t i = 0; i + 1 < parts.size(); ++i) {
      message = message->GetReflection()->MutableMessage(
          message, message->GetDescriptor()->FindFieldByName(parts[i]));
    }
    descriptor = message->GetDescriptor()->FindFieldByName(parts.back());
    reflection = message->GetReflection();
  }

  Message* message;
  const FieldDescriptor* descriptor;
  const Reflection* reflection;
};

void SetText(std::string text, const Field& field, Message* resource) {
  if (text.empty()) return;
  const Target target(resource, field.path);
  target.reflection->SetString(target.message, target.descriptor, std::move(text));
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

void ReadText(JsonRecord& record, const Field& field, Message* resource) {
  SetText(record.Text(field.key), field, resource);
}

void ReadRequiredText(JsonRecord& record, const Field& field, Message* resource) {
  SetText(record.RequiredText(field.key), field, resource);
}

void ReadDate(JsonRecord& record, const Field& field, Message* resource) {
  SetText(record.Date(field.key), field, resource);
}

void ReadTexts(JsonRecord& record, const Field& field, Message* resource) {
  for (std::string& text : record.Texts(field.key)) {
    const Target target(resource, field.path);
    target.reflection->AddString(target.message, target.descriptor, std::move(text));
  }
}

void ReadWhole(JsonRecord& record, const Field& field, Message* resource) {
  const std::optional<int32_t> number = record.Whole(field.key);
  if (!number) return;
  const Target target(resource, field.path);
  target.reflection->SetInt32(target.message, target.descriptor, *number);
}

void ReadNumber(JsonRecord& record, const Field& field, Message* resource) {
  const std::optional<double> number = record.Number(field.key);
  if (!number) return;
  const Target target(resource, field.path);
  target.reflection->SetDouble(target.message, target.descriptor, *number);
}

void ReadFlag(JsonRecord& record, const Field& field, Message* resource) {
  const std::optional<bool> flag = record.Flag(field.key);
  if (!flag) return;
  const Target target(resource, field.path);
  target.reflection->SetBool(target.message, target.descriptor, *flag);
}

void ReadPoint(JsonRecord& record, const Field& field, Message* resource) {
  const std::optional<double> latitude = record.Number("latitude");
  const std::optional<double> longitude = record.Number("longitude");
  if (latitude && longitude) {
    const Target target(resource, field.path);
    auto& point = static_cast<type::v1::Point&>(
        *target.reflection->MutableMessage(target.message, target.descriptor));
    point.set_latitude(*latitude);
    point.set_longitude(*longitude);
    point.set_precision(type::v1::POINT_PRECISION_CITY);
  } else if (latitude || longitude) {
    record.AddError(latitude ? "longitude" : "latitude", "is required beside the other coordinate");
  }
}

void SetWord(JsonRecord& record, const Field& field, const std::string& word, std::string_view lead,
             Message* resource) {
  const Target target(resource, field.path);
  const auto& words = *target.descriptor->enum_type();
  if (const std::optional<int> value = ValueOf(words, word)) {
    target.reflection->SetEnumValue(target.message, target.descriptor, *value);
  } else {
    record.AddError(field.key, absl::StrCat("'", word, "' must be ", ToAbsl(lead), WordsOf(words)));
  }
}

void ReadFields(JsonRecord& record, FieldMap fields, Message* resource) {
  for (const Field& field : fields) {
    if (field.read != nullptr) field.read(record, field, resource);
  }
}

absl::Status InWordsOfRegister(const absl::Status& status, std::string_view type, FieldMap fields) {
  FieldErrors errors;
  const google::rpc::BadRequest bad_request = BadRequestOf(status);
  for (const auto& violation : bad_request.field_violations()) {
    std::string_view path = violation.field();
    const bool ours =
        !fields.empty() && path.starts_with(type) && path.substr(type.size()).starts_with('.');
    if (ours) path.remove_prefix(type.size() + 1);
    errors.Add(ours ? KeyOf(path, fields) : std::string(path), violation.description());
  }
  return errors.empty() ? status : errors.ToStatus();
}

}  // namespace clusterwire::catalogue::registers
