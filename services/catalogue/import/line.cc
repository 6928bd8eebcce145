#include "services/catalogue/import/line.h"

#include <limits>

#include "absl/strings/str_cat.h"

#include "libs/base/json.h"
#include "libs/base/text/strings.h"

namespace clusterwire::catalogue::registers {

using Json = nlohmann::json;

struct Line::Document {
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

std::string Wanted(const char* what, const Json& value) {
  return absl::StrCat("must be ", what, ", not ", TypeOf(value));
}

std::string ScalarText(const Json& value) {
  return value.is_string() ? value.get<std::string>() : value.dump();
}

}  // namespace

absl::StatusOr<Line> Line::Parse(std::string_view json) {
  if (json.size() > kMaxBytes) {
    return FieldError("json", absl::StrCat("has ", json.size(), " bytes; at most ", kMaxBytes));
  }
  auto document = std::make_shared<Document>();
  document->root = Json::parse(json, nullptr, /*allow_exceptions=*/false);
  if (document->root.is_discarded()) {
    return FieldError("json", "is no JSON; write one object a line");
  }
  if (!document->root.is_object()) {
    return FieldError("json", Wanted("an object", document->root));
  }
  const Json* root = &document->root;
  return Line(std::move(document), root, "");
}

const Json* Line::Ask(const std::string& field) {
  asked_.insert(field);
  const auto found = node_->find(field);
  if (found == node_->end() || found->is_null()) return nullptr;
  return &*found;
}

std::string Line::Text(const std::string& field) {
  const Json* value = Ask(field);
  if (value == nullptr) return "";
  if (value->is_string()) return value->get<std::string>();
  AddError(field, Wanted("a text", *value));
  return "";
}

std::string Line::RequiredText(const std::string& field) {
  const bool there = Ask(field) != nullptr;
  std::string text = Text(field);
  if (!there) AddError(field, "is required");
  return text;
}

std::vector<std::string> Line::Texts(const std::string& field) {
  const Json* value = Ask(field);
  std::vector<std::string> texts;
  if (value == nullptr) return texts;
  if (!value->is_array()) {
    AddError(field, Wanted("a list of texts", *value));
    return texts;
  }
  for (size_t i = 0; i < value->size(); ++i) {
    const Json& item = (*value)[i];
    if (item.is_string()) {
      texts.push_back(item.get<std::string>());
    } else {
      AddError(absl::StrCat(field, "[", i, "]"), Wanted("a text", item));
    }
  }
  return texts;
}

std::string Line::Date(const std::string& field) {
  const Json* value = Ask(field);
  if (value != nullptr && value->is_number_integer()) return value->dump();
  return Text(field);
}

std::optional<int32_t> Line::Whole(const std::string& field) {
  const Json* value = Ask(field);
  if (value == nullptr) return std::nullopt;
  using Limits = std::numeric_limits<int32_t>;
  if (value->is_number_integer() && *value >= Limits::min() && *value <= Limits::max()) {
    return value->get<int32_t>();
  }
  AddError(field, value->is_number() ? "must be a whole number below 2,147,483,648"
                                     : Wanted("a whole number", *value));
  return std::nullopt;
}

std::optional<double> Line::Number(const std::string& field) {
  const Json* value = Ask(field);
  if (value == nullptr) return std::nullopt;
  if (value->is_number()) return value->get<double>();
  AddError(field, Wanted("a number", *value));
  return std::nullopt;
}

std::optional<bool> Line::Flag(const std::string& field) {
  const Json* value = Ask(field);
  if (value == nullptr) return std::nullopt;
  if (value->is_boolean()) return value->get<bool>();
  AddError(field, Wanted("true or false", *value));
  return std::nullopt;
}

std::vector<std::pair<std::string, std::string>> Line::Scalars(const std::string& field) {
  const Json* value = Ask(field);
  std::vector<std::pair<std::string, std::string>> scalars;
  if (value == nullptr) return scalars;
  if (!value->is_object()) {
    AddError(field, Wanted("an object", *value));
    return scalars;
  }
  for (const auto& [key, item] : value->items()) {
    if (item.is_primitive() && !item.is_null()) {
      scalars.emplace_back(key, ScalarText(item));
    } else {
      AddError(absl::StrCat(field, ".", key), Wanted("a text or a number", item));
    }
  }
  return scalars;
}

std::vector<Line> Line::Objects(const std::string& field) {
  const Json* value = Ask(field);
  std::vector<Line> lines;
  if (value == nullptr) return lines;
  if (!value->is_array()) {
    AddError(field, Wanted("a list of objects", *value));
    return lines;
  }
  for (size_t i = 0; i < value->size(); ++i) {
    const Json& item = (*value)[i];
    const std::string path = absl::StrCat(field, "[", i, "]");
    if (item.is_object()) {
      lines.push_back(Line(document_, &item, PathOf(path)));
    } else {
      AddError(path, Wanted("an object", item));
    }
  }
  return lines;
}

std::string Line::PathOf(std::string_view field) const {
  return absl::StrCat(prefix_, prefix_.empty() ? "" : ".", ToAbsl(field));
}

void Line::AddError(std::string_view field, std::string_view description) {
  document_->errors.Add(PathOf(field), description);
}

void Line::RefuseUnknown() {
  for (const auto& [key, value] : node_->items()) {
    if (!asked_.contains(key)) AddError(key, "is not known; see tests/data/README.md");
  }
}

absl::Status Line::Finish() {
  RefuseUnknown();
  return document_->errors.ToStatus();
}

}  // namespace clusterwire::catalogue::registers
