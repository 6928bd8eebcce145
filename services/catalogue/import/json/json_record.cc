#include "services/catalogue/import/json/json_record.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

#include "libs/base/json.h"
#include "libs/base/status/error.h"
#include "libs/base/text/strings.h"
#include "services/catalogue/import/json/strict_json.h"

namespace clusterwire::catalogue::registers {

using Json = nlohmann::json;

struct JsonRecord::Document {
  Json root;
  FieldErrors errors;
};

namespace {

constexpr char kNotWhole[] = "must be a whole number below 2,147,483,648";

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

// A number without a fraction, however it is written: 120, 120.0 and 1.2e2 are one number.
std::optional<int64_t> WholeOf(const Json& value) {
  constexpr double kExact = 1LL << 53;  // up to here a double tells whole numbers apart
  if (value.is_number_unsigned() && value.get<uint64_t>() > INT64_MAX) return std::nullopt;
  if (value.is_number_integer()) return value.get<int64_t>();
  if (!value.is_number()) return std::nullopt;
  const double number = value.get<double>();
  if (std::trunc(number) != number || std::abs(number) > kExact) return std::nullopt;
  return static_cast<int64_t>(number);
}

std::optional<int32_t> SmallWholeOf(const Json& value) {
  using Limits = std::numeric_limits<int32_t>;
  const std::optional<int64_t> whole = WholeOf(value);
  if (!whole || *whole < Limits::min() || *whole > Limits::max()) return std::nullopt;
  return static_cast<int32_t>(*whole);
}

std::string TextOf(const Json& scalar) {
  if (scalar.is_string()) return scalar.get<std::string>();
  const std::optional<int64_t> whole = WholeOf(scalar);
  return whole ? absl::StrCat(*whole) : scalar.dump();
}

// What two spellings of a field's name have in common: "foundedYear" and "Founded-Year".
std::string Plain(std::string_view field) {
  std::string plain = absl::StrReplaceAll(ToAbsl(field), {{"_", ""}, {"-", ""}, {" ", ""}});
  absl::AsciiStrToLower(&plain);
  return plain;
}

}  // namespace

absl::StatusOr<JsonRecord> JsonRecord::Parse(std::string_view json) {
  if (json.size() > kMaxBytes) {
    return FieldError("json", absl::StrCat("has ", json.size(), " bytes; at most ", kMaxBytes));
  }
  auto document = std::make_shared<Document>();
  ASSIGN_OR_RETURN(document->root, ParseStrictly(json));
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

const Json* JsonRecord::FindList(const std::string& field, const char* wanted, size_t most) {
  const Json* list = Find(field, &Json::is_array, wanted);
  if (list == nullptr || list->size() <= most) return list;
  AddError(field, absl::StrCat("has ", list->size(), " items; at most ", most));
  return nullptr;
}

std::string JsonRecord::Text(const std::string& field) {
  const Json* value = Find(field, &Json::is_string, "a text");
  if (value == nullptr) return "";
  return std::string(absl::StripAsciiWhitespace(value->get_ref<const std::string&>()));
}

std::string JsonRecord::RequiredText(const std::string& field) {
  if (!Has(field)) AddError(field, "is required");
  return Text(field);
}

std::vector<std::string> JsonRecord::Texts(const std::string& field) {
  std::vector<std::string> texts;
  const Json* list = FindList(field, "a list of texts", kMaxTexts);
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
  const std::optional<int64_t> year = value == nullptr ? std::nullopt : WholeOf(*value);
  return year ? absl::StrCat(*year) : Text(field);
}

std::optional<int32_t> JsonRecord::Whole(const std::string& field) {
  const Json* value = Find(field, &Json::is_number, "a whole number");
  if (value == nullptr) return std::nullopt;
  const std::optional<int32_t> whole = SmallWholeOf(*value);
  if (!whole) AddError(field, kNotWhole);
  return whole;
}

std::vector<int32_t> JsonRecord::Wholes(const std::string& field) {
  std::vector<int32_t> numbers;
  const Json* list = FindList(field, "a list of whole numbers", kMaxTexts);
  for (size_t i = 0; list != nullptr && i < list->size(); ++i) {
    if (const std::optional<int32_t> whole = SmallWholeOf((*list)[i])) {
      numbers.push_back(*whole);
    } else {
      AddError(absl::StrCat(field, "[", i, "]"), kNotWhole);
    }
  }
  return numbers;
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
  if (object->size() > kMaxTexts) {
    AddError(field, absl::StrCat("has ", object->size(), " members; at most ", kMaxTexts));
    return scalars;
  }
  for (const auto& [key, item] : object->items()) {
    if (item.is_primitive() && !item.is_null()) {
      scalars.emplace_back(key, TextOf(item));
    } else {
      AddError(absl::StrCat(field, ".", key), WrongType("a text or a number", item));
    }
  }
  return scalars;
}

std::optional<JsonRecord> JsonRecord::Object(const std::string& field) {
  const Json* value = Find(field, &Json::is_object, "an object");
  if (value == nullptr) return std::nullopt;
  return JsonRecord(document_, value, PathOf(field));
}

std::vector<JsonRecord> JsonRecord::Objects(const std::string& field) {
  std::vector<JsonRecord> records;
  const Json* list = FindList(field, "a list of objects", kMaxObjects);
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
    if (read_.contains(key)) continue;
    const auto meant =
        std::find_if(read_.begin(), read_.end(),
                     [plain = Plain(key)](const auto& known) { return Plain(known) == plain; });
    AddError(key, meant == read_.end() ? "is not known; see tests/data/README.md"
                                       : absl::StrCat("is not known; write ", *meant));
  }
}

absl::Status JsonRecord::Finish() {
  RefuseUnknown();
  return document_->errors.ToStatus();
}

}  // namespace clusterwire::catalogue::registers
