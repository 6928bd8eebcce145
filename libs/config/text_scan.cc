#include "libs/config/text_scan.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include <google/protobuf/io/tokenizer.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include "libs/base/text/strings.h"
#include "libs/config/durations.h"
#include "libs/config/names.h"

namespace clusterwire::config {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::io::Tokenizer;

constexpr int kDeepest = 50;

class Scanner final : public google::protobuf::io::ErrorCollector {
 public:
  Scanner(std::string_view text, TextScan& result)
      : result_(result),
        text_(text),
        input_(text.data(), static_cast<int>(text.size())),
        tokens_(&input_, this) {
    tokens_.set_comment_style(Tokenizer::SH_COMMENT_STYLE);
    tokens_.set_require_space_after_number(false);
    tokens_.set_allow_f_after_float(true);
    tokens_.Next();
  }

  void Run(const Descriptor& message) {
    ScanMessage(&message, "", 0);
    result_.text.append(text_.substr(copied_));
  }

  void AddError(int line, int, const std::string& text) override {
    result_.errors.push_back(absl::StrCat(line + 1, ": ", text));
  }

 private:
  bool At(std::string_view token) { return tokens_.current().text == token; }
  bool AtEnd() { return tokens_.current().type == Tokenizer::TYPE_END; }
  bool AtType(Tokenizer::TokenType type) { return tokens_.current().type == type; }
  void Error(const std::string& text) { AddError(tokens_.current().line, 0, text); }

  // Up to `closer`, which is left standing. A null `message` is one whose type isn't known: the
  // mistake was reported where it began.
  void ScanMessage(const Descriptor* message, std::string_view closer, int depth) {
    while (!AtEnd() && (closer.empty() || !At(closer))) {
      if (!AtType(Tokenizer::TYPE_IDENTIFIER)) {
        tokens_.Next();  // a separator; anything else is for the parser to refuse
        continue;
      }
      const FieldDescriptor* field = nullptr;
      if (message != nullptr) {
        field = message->FindFieldByName(tokens_.current().text);
        if (field == nullptr) Error(UnknownField(tokens_.current().text, *message));
      }
      tokens_.Next();
      if (At(":")) tokens_.Next();
      ScanValue(field, depth);
    }
  }

  void ScanValue(const FieldDescriptor* field, int depth) {
    if (depth > kDeepest) {
      Error("values are nested too deeply");
      while (!AtEnd()) tokens_.Next();
    }
    if (At("[")) {
      tokens_.Next();
      while (!AtEnd() && !At("]")) {
        if (At(",")) {
          tokens_.Next();
        } else {
          ScanValue(field, depth + 1);
        }
      }
      tokens_.Next();
    } else if (At("{") || At("<")) {
      const std::string_view closer = At("{") ? "}" : ">";
      tokens_.Next();
      ScanMessage(field != nullptr ? field->message_type() : nullptr, closer, depth + 1);
      tokens_.Next();
    } else {
      ScanScalar(field);
    }
  }

  void ScanScalar(const FieldDescriptor* field) {
    if (AtType(Tokenizer::TYPE_STRING)) {
      if (field != nullptr && IsDuration(*field)) return RewriteDuration();
      while (AtType(Tokenizer::TYPE_STRING)) tokens_.Next();
      return;
    }
    if (field != nullptr && field->enum_type() != nullptr && AtType(Tokenizer::TYPE_IDENTIFIER) &&
        field->enum_type()->FindValueByName(tokens_.current().text) == nullptr) {
      Error(UnknownValue(tokens_.current().text, *field->enum_type()));
    }
    if (At("-")) tokens_.Next();
    tokens_.Next();
  }

  void RewriteDuration() {
    const Tokenizer::Token& token = tokens_.current();
    std::string written;
    Tokenizer::ParseString(token.text, &written);
    const auto duration = ParseDuration(written);
    if (!duration.ok()) {
      Error(std::string(duration.status().message()));
    } else {
      const size_t at = Offset(token.line, token.column);
      result_.text.append(text_.substr(copied_, at - copied_));
      absl::StrAppend(&result_.text, "{ seconds: ", duration->seconds(),
                      " nanos: ", duration->nanos(), " }");
      copied_ = at + token.text.size();
    }
    tokens_.Next();
  }

  // Where a token stands. The tokenizer counts columns as a screen shows them, a tab up to the next
  // multiple of eight.
  size_t Offset(int line, int column) {
    while (line_ < line) {
      line_start_ = text_.find('\n', line_start_) + 1;
      ++line_;
    }
    size_t offset = line_start_;
    for (int at = 0; at < column; ++offset) at += text_[offset] == '\t' ? 8 - at % 8 : 1;
    return offset;
  }

  TextScan& result_;
  const std::string_view text_;
  size_t copied_ = 0;      // text_ up to here is in the result
  int line_ = 0;           // the line that starts
  size_t line_start_ = 0;  // here
  google::protobuf::io::ArrayInputStream input_;
  Tokenizer tokens_;
};

}  // namespace

TextScan ScanText(std::string_view text, const Descriptor& message) {
  TextScan result;
  Scanner(text, result).Run(message);
  return result;
}

}  // namespace clusterwire::config
