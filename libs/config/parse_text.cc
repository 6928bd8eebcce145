#include <memory>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include <google/protobuf/io/tokenizer.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <google/protobuf/text_format.h>

#include "libs/base/text/strings.h"
#include "libs/config/fields.h"
#include "libs/config/load.h"

namespace clusterwire::config {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::io::Tokenizer;

constexpr size_t kDeepest = 50;

// protobuf's parser quotes the token that it stumbled over: not when that is a text, which may be a
// password.
std::string WithoutTexts(const std::string& error) {
  for (const std::string_view before : {"found \"", "got: ", "Value: \""}) {
    const size_t at = error.find(before);
    if (at == error.npos) continue;
    const std::string_view token = std::string_view(error).substr(at + before.size());
    if (!token.starts_with('"') && !token.starts_with('\'')) continue;
    return absl::StrCat(error.substr(0, at), ToAbsl(before.substr(0, before.find_first_of(" :"))),
                        " a text in quotes");
  }
  return error;
}

class Errors final : public google::protobuf::io::ErrorCollector {
 public:
  explicit Errors(std::string_view file_name) : file_name_(file_name) {}

  void AddError(int line, int, const std::string& text) override {
    list.push_back(absl::StrCat(ToAbsl(file_name_), ":", line + 1, ": ", WithoutTexts(text)));
  }

  std::vector<std::string> list;

 private:
  const std::string_view file_name_;
};

// Reads a file against its message type, ahead of protobuf's own parser, for two things that the
// parser can't do: to name what a mistyped name was meant to be, for all of them at once, and to
// take durations written "5s". All else that is wrong is left for the parser to refuse.
class Scanner {
 public:
  Scanner(const Descriptor& message, Errors& errors) : errors_(errors) {
    open_.push_back({.closer = "", .message = &message});
  }

  // What the parser shall read in place of the token.
  std::string Take(const Tokenizer::Token& token) {
    Level& level = open_.back();
    const bool is_value = level.closer == "]" || level.value_next;
    if (token.text == "{" || token.text == "<") {
      level.value_next = false;
      Open(token, {.closer = token.text == "{" ? "}" : ">",
                   .message = level.field != nullptr ? level.field->message_type() : nullptr});
    } else if (token.text == "[") {
      level.value_next = false;
      Open(token, {.closer = "]", .field = level.field});
    } else if (token.text == level.closer) {
      open_.pop_back();
    } else if (token.type == Tokenizer::TYPE_SYMBOL) {
      // A value may stand behind these two only.
      level.value_next = level.value_next && (token.text == ":" || token.text == "-");
    } else if (is_value) {
      level.value_next = false;
      if (level.field != nullptr) return TakeValue(token, *level.field);
    } else if (token.type == Tokenizer::TYPE_IDENTIFIER) {
      TakeName(token, level);
    }
    return token.text;
  }

  bool too_deep() const { return open_.size() > kDeepest + 1; }

 private:
  // A message or a list that is open.
  struct Level {
    std::string_view closer;
    // Null when its type isn't known: the mistake was reported where it began.
    const Descriptor* message = nullptr;
    const FieldDescriptor* field = nullptr;  // the last that was named; that of a list's values
    bool value_next = false;                 // of `field`
  };

  void Open(const Tokenizer::Token& token, Level level) {
    open_.push_back(level);
    if (too_deep()) errors_.AddError(token.line, 0, "values are nested too deeply");
  }

  void TakeName(const Tokenizer::Token& token, Level& level) {
    level.value_next = true;
    level.field = level.message != nullptr ? level.message->FindFieldByName(token.text) : nullptr;
    if (level.message != nullptr && level.field == nullptr) {
      errors_.AddError(token.line, 0, UnknownField(token.text, *level.message));
    }
  }

  std::string TakeValue(const Tokenizer::Token& token, const FieldDescriptor& field) {
    if (token.type == Tokenizer::TYPE_STRING && IsDuration(field)) {
      std::string written;
      Tokenizer::ParseString(token.text, &written);
      const absl::StatusOr<std::string> literal = DurationLiteral(written);
      if (literal.ok()) return *literal;
      errors_.AddError(token.line, 0, std::string(literal.status().message()));
    }
    if (token.type == Tokenizer::TYPE_IDENTIFIER && field.enum_type() != nullptr &&
        field.enum_type()->FindValueByName(token.text) == nullptr) {
      errors_.AddError(token.line, 0, UnknownValue(token.text, *field.enum_type()));
    }
    return token.text;
  }

  std::vector<Level> open_;
  Errors& errors_;
};

// The tokens of the file, each on its line, with the durations written out.
std::string Scan(std::string_view text, const Descriptor& message, Errors& errors) {
  google::protobuf::io::ArrayInputStream input(text.data(), static_cast<int>(text.size()));
  Tokenizer tokens(&input, &errors);
  tokens.set_comment_style(Tokenizer::SH_COMMENT_STYLE);
  tokens.set_require_space_after_number(false);
  tokens.set_allow_f_after_float(true);
  Scanner scanner(message, errors);
  std::string scanned;
  int line = 0;
  while (tokens.Next() && !scanner.too_deep()) {
    scanned.append(static_cast<size_t>(tokens.current().line - line), '\n');
    line = tokens.current().line;
    absl::StrAppend(&scanned, scanner.Take(tokens.current()), " ");
  }
  // Mistakes at the end of the file are on its last line.
  return scanned.append(static_cast<size_t>(tokens.current().line - line), '\n');
}

// Merging appends to repeated fields; in a configuration, a list replaces the default.
void ClearListsSetIn(const Message& source, Message* target) {
  const auto& reflection = *source.GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection.ListFields(source, &fields);
  for (const auto* field : fields) {
    if (field->is_repeated()) {
      target->GetReflection()->ClearField(target, field);
    } else if (field->message_type() != nullptr) {
      ClearListsSetIn(reflection.GetMessage(source, field),
                      target->GetReflection()->MutableMessage(target, field));
    }
  }
}

}  // namespace

absl::Status ParseText(std::string_view file_name, std::string_view text, Message* config) {
  Errors errors(file_name);
  const std::string scanned = Scan(text, *config->GetDescriptor(), errors);
  const std::unique_ptr<Message> parsed(config->New());
  google::protobuf::TextFormat::Parser parser;
  parser.RecordErrorsTo(&errors);
  if (!errors.list.empty() || !parser.ParseFromString(scanned, parsed.get())) {
    return InvalidConfig(absl::StrJoin(errors.list, "\n"));
  }
  ClearListsSetIn(*parsed, config);
  config->MergeFrom(*parsed);
  return absl::OkStatus();
}

}  // namespace clusterwire::config
