#include "services/catalogue/import/json_record.h"

#include <limits>

#include "absl/strings/str_cat.h"

#include "libs/base/status/error.h"
#include "libs/base/text/strings.h"

namespace clusterwire::catalogue::registers {

using Json = nlohmann::json;

struct JsonRecord::Document {
  Json root;
  FieldErrors errors;
};

namespace {

// What a person calls the type of a value.
const char* TypeOf(const Json& value) {
  if (value.is_string()) return "a text";
  if (value.is_boolean()) return "true or false";
  if (value.is_number()) return "a number";
  if (value.is_array()) return "a list";
  return value.is_object() ? "an object" : "null";
}

std::string WrongType(const char* wanted, const Json& value) {
  return absl::StrCat("must be ", wanted, ", not ", TypeOf(value));
}

}  // namespace

absl::StatusOr<JsonRecord> JsonRecord::Parse(std::string_view json) {
  if (json.size() > kMaxBytes) {
    return FieldError("json", absl::StrCat("has ", json.size(), " bytes; at most ", kMaxBytes));
  }
  auto document = std::make_shared<Document>();
  document->root = Json::parse(json, nullptr, /*allow_exceptions=*/false);
  if (document->root.is_discarded()) {
    return FieldError("json", "is no JSON; write one object a line");
  }
  if (!document->root.is_object()) {
    return FieldError("json", WrongType("an object", document->root));
  }
  const Json* root = &document->root;
  return JsonRecord(std::move(document), root, "");
}

const Json* JsonRecord::Find(const std::string& field) {
  read_.insert(field);
  const auto found = node_->find(field);
  return found == node_->end() || found->is_null() ? nullptr : &*found;
}

const Json* JsonRecord::Find(const std::string& field, TypeTest is_wanted, const char* wanted) {
  const Json* value = Find(field);
  if (value == nullptr || (value->*is_wanted)()) return value;
  AddError(field, WrongType(wanted, *value));
  return nullptr;
}

std::string JsonRecord::Text(const std::string& field) {
  const Json* value = Find(field, &Json::is_string, "a text");
  return value == nullptr ? "" : value->get<std::string>();
}

std::string JsonRecord::RequiredText(const std::string& field) {
  if (!Has(field)) AddError(field, "is required");
  return Text(field);
}

std::vector<std::string> JsonRecord::Texts(const std::string& field) {
  std::vector<std::string> texts;
  const Json* list = Find(field, &Json::is_array, "a list of texts");
  for (size_t i = 0; list != nullptr && i < list->size(); ++i) {
    const Json& item = (*list)[i];
    if (item.is_string()) {
      texts.push_back(item.get<std::string>());
    } else {
      AddError(absl::StrCat(field, "[", i, "]"), WrongType("a text", item));
    }
  }
  return texts;
}

std::string JsonRecord::Date(const std::string& field) {
  const Json* value = Find(field);
  return value != nullptr && value->is_number_integer() ? value->dump() : Text(field);
}

std::optional<int32_t> JsonRecord::Whole(const std::string& field) {
  const Json* value = Find(field, &Json::is_number, "a whole number");
  if (value == nullptr) return std::nullopt;
  using Limits = std::numeric_limits<int32_t>;
  if (value->is_number_integer() && *value >= Limits::min() && *value <= Limits::max()) {
    return value->get<int32_t>();
  }
  AddError(field, "must be a whole number below 2,147,483,648");
  return std::nullopt;
}

std::optional<double> JsonRecord::Number(const std::string& field) {
  const Json* value = Find(field, &Json::is_number, "a number");
  return value == nullptr ? std::nullopt : std::optional(value->get<double>());
}

std::optional<bool> JsonRecord::Flag(const std::string& field) {
  const Json* value = Find(field, &Json::is_boolean, "true or false");
  return value == nullptr ? std::nullopt : std::optional(value->get<bool>());
}

std::vector<std::pair<std::string, std::string>> JsonRecord::Scalars(const std::string& field) {
  std::vector<std::pair<std::string, std::string>> scalars;
  const Json* object = Find(field, &Json::is_object, "an object");
  if (object == nullptr) return scalars;
  for (const auto& [key, item] : object->items()) {
    if (item.is_primitive() && !item.is_null()) {
      scalars.emplace_back(key, item.is_string() ? item.get<std::string>() : item.dump());
    } else {
      AddError(absl::StrCat(field, ".", key), WrongType("a text or a number", item));
    }
  }
  return scalars;
}

std::vector<JsonRecord> JsonRecord::Objects(const std::string& field) {
  std::vector<JsonRecord> records;
  const Json* list = Find(field, &Json::is_array, "a list of objects");
  for (size_t i = 0; list != nullptr && i < list->size(); ++i) {
    const Json& item = (*list)[i];
    const std::string path = absl::StrCat(field, "[", i, "]");
    if (item.is_object()) {
      records.push_back(JsonRecord(document_, &item, PathOf(path)));
    } else {
      AddError(path, WrongType("an object", item));
    }
  }
  return records;
}

std::string JsonRecord::PathOf(std::string_view field) const {
  return absl::StrCat(path_, path_.empty() ? "" : ".", ToAbsl(field));
}

void JsonRecord::AddError(std::string_view field, std::string_view description) {
  document_->errors.Add(PathOf(field), description);
}

void JsonRecord::RefuseUnknown() {
  for (const auto& [key, value] : node_->items()) {
    if (!read_.contains(key)) AddError(key, "is not known; see tests/data/README.md");
  }
}

absl::Status JsonRecord::Finish() {
  RefuseUnknown();
  return document_->errors.ToStatus();
}

}  // namespace clusterwire::catalogue::registers
