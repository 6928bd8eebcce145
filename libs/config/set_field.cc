#include <algorithm>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include <google/protobuf/descriptor.h>
#include <google/protobuf/io/tokenizer.h>
#include <google/protobuf/message.h>
#include <google/protobuf/text_format.h>

#include "libs/base/status/error.h"
#include "libs/base/text/strings.h"
#include "libs/config/durations.h"
#include "libs/config/load.h"
#include "libs/config/names.h"

namespace clusterwire::config {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::TextFormat;

absl::Status Invalid(std::string_view text) {
  return Error(absl::StatusCode::kInvalidArgument, "INVALID_CONFIG", text);
}

class SilentErrors final : public google::protobuf::io::ErrorCollector {
 public:
  void AddError(int, int, const std::string&) override {}
};

// One step of a path: "retry" or "steps[2]" or "properties[linger.ms]".
struct Step {
  std::string name;
  std::optional<std::string> key;
};

absl::StatusOr<std::vector<Step>> ParsePath(std::string_view path) {
  std::vector<Step> steps;
  while (true) {
    const size_t end = path.find_first_of(".[");
    Step step{.name = std::string(path.substr(0, end)), .key = std::nullopt};
    if (step.name.empty()) return Invalid("a name is missing in the path");
    if (end != std::string_view::npos && path[end] == '[') {
      const size_t close = path.find(']', end);
      if (close == std::string_view::npos) return Invalid("']' is missing in the path");
      step.key = std::string(path.substr(end + 1, close - end - 1));
      path.remove_prefix(close + 1);
    } else {
      path.remove_prefix(std::min(end, path.size()));
    }
    steps.push_back(std::move(step));
    if (path.empty()) return steps;
    if (path[0] != '.') return Invalid("'.' is missing behind ']' in the path");
    path.remove_prefix(1);
  }
}

// The element that `key` names, appended when it is the next one.
absl::StatusOr<int> IndexOf(const std::string& key, int size) {
  int index = 0;
  if (!absl::SimpleAtoi(key, &index) || index < 0 || index > size) {
    return Invalid(absl::StrCat("'", key, "' is no index here; give 0 to ", size));
  }
  return index;
}

bool IsPlain(const FieldDescriptor& field) {
  return field.message_type() == nullptr || IsDuration(field);
}

// `value` as text format writes it.
absl::StatusOr<std::string> Literal(const FieldDescriptor& field, const std::string& value) {
  if (field.cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
    return absl::StrCat("\"", absl::CEscape(value), "\"");
  }
  if (IsDuration(field)) {
    ASSIGN_OR_RETURN(const auto duration, ParseDuration(value));
    return absl::StrCat("{ seconds: ", duration.seconds(), " nanos: ", duration.nanos(), " }");
  }
  if (field.enum_type() != nullptr && field.enum_type()->FindValueByName(value) == nullptr) {
    return Invalid(UnknownValue(value, *field.enum_type()));
  }
  return value;
}

// Sets a plain field, or adds an element to a repeated one.
absl::Status SetOrAppend(const FieldDescriptor& field, const std::string& value, Message* message) {
  ASSIGN_OR_RETURN(const std::string literal, Literal(field, value));
  if (!field.is_repeated()) message->GetReflection()->ClearField(message, &field);
  SilentErrors silent;  // else protobuf writes them to stderr
  TextFormat::Parser parser;
  parser.RecordErrorsTo(&silent);
  if (!parser.ParseFieldValueFromString(literal, &field, message)) {
    return Invalid(absl::StrCat("'", value, "' is no ", field.type_name()));
  }
  return absl::OkStatus();
}

absl::Status SetElement(const FieldDescriptor& field, const std::string& key,
                        const std::string& value, Message* message) {
  const auto& reflection = *message->GetReflection();
  const int size = reflection.FieldSize(*message, &field);
  ASSIGN_OR_RETURN(const int index, IndexOf(key, size));
  RETURN_IF_ERROR(SetOrAppend(field, value, message));
  if (index < size) {
    reflection.SwapElements(message, &field, index, size);
    reflection.RemoveLast(message, &field);
  }
  return absl::OkStatus();
}

// An entry of a map; later ones win, as they do on the wire.
absl::Status SetEntry(const FieldDescriptor& field, const std::string& key,
                      const std::string& value, Message* message) {
  const FieldDescriptor& value_field = *field.message_type()->map_value();
  if (!IsPlain(value_field)) return Invalid("a map of messages is set in the file only");
  const std::unique_ptr<Message> entry(google::protobuf::MessageFactory::generated_factory()
                                           ->GetPrototype(field.message_type())
                                           ->New());
  RETURN_IF_ERROR(SetOrAppend(*field.message_type()->map_key(), key, entry.get()));
  RETURN_IF_ERROR(SetOrAppend(value_field, value, entry.get()));
  message->GetReflection()->AddMessage(message, &field)->CopyFrom(*entry);
  return absl::OkStatus();
}

absl::Status SetLast(const FieldDescriptor& field, const Step& step, const std::string& value,
                     Message* message) {
  if (field.is_map()) {
    if (!step.key) return Invalid(absl::StrCat("is a map; give ", step.name, "[key]=value"));
    return SetEntry(field, *step.key, value, message);
  }
  if (!IsPlain(field)) {
    return Invalid(
        absl::StrCat("is a whole ", field.message_type()->name(), "; set one of its fields"));
  }
  if (step.key) {
    if (!field.is_repeated()) return Invalid("is not repeated; leave the index out");
    return SetElement(field, *step.key, value, message);
  }
  if (!field.is_repeated()) return SetOrAppend(field, value, message);
  message->GetReflection()->ClearField(message, &field);
  for (const auto element : absl::StrSplit(value, ',', absl::SkipEmpty())) {
    RETURN_IF_ERROR(SetOrAppend(field, std::string(element), message));
  }
  return absl::OkStatus();
}

// The steps behind a map as its one key: they are set apart by the dots that are part of it.
absl::StatusOr<std::string> KeyOf(std::span<const Step> steps) {
  std::string key;
  for (const Step& step : steps) {
    if (step.key) return Invalid(absl::StrCat("'", step.name, "[' is no key of a map"));
    absl::StrAppend(&key, key.empty() ? "" : ".", step.name);
  }
  return key;
}

absl::StatusOr<Message*> Descend(const FieldDescriptor& field, const Step& step, Message* message) {
  const auto& reflection = *message->GetReflection();
  if (IsPlain(field) || field.is_map()) {
    return Invalid(absl::StrCat("'", step.name, "' has no fields of its own"));
  }
  if (!field.is_repeated()) {
    if (step.key) return Invalid(absl::StrCat("'", step.name, "' is not repeated"));
    return reflection.MutableMessage(message, &field);
  }
  if (!step.key) return Invalid(absl::StrCat("'", step.name, "' is repeated; give an index"));
  const int size = reflection.FieldSize(*message, &field);
  ASSIGN_OR_RETURN(const int index, IndexOf(*step.key, size));
  return index == size ? reflection.AddMessage(message, &field)
                       : reflection.MutableRepeatedMessage(message, &field, index);
}

}  // namespace

absl::Status SetField(std::string_view path, std::string_view value, Message* config) {
  ASSIGN_OR_RETURN(const std::vector<Step> steps, ParsePath(path));
  Message* message = config;
  for (size_t i = 0; i < steps.size(); ++i) {
    const FieldDescriptor* field = message->GetDescriptor()->FindFieldByName(steps[i].name);
    if (field == nullptr) return Invalid(UnknownField(steps[i].name, *message->GetDescriptor()));
    const auto rest = std::span(steps).subspan(i + 1);
    if (field->is_map() && !steps[i].key && !rest.empty()) {
      ASSIGN_OR_RETURN(const std::string key, KeyOf(rest));
      return SetEntry(*field, key, std::string(value), message);
    }
    if (rest.empty()) return SetLast(*field, steps[i], std::string(value), message);
    ASSIGN_OR_RETURN(message, Descend(*field, steps[i], message));
  }
  return absl::OkStatus();
}

}  // namespace clusterwire::config
