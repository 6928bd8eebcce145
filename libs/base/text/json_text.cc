#include "libs/base/text/json_text.h"

#include "libs/base/text/strings.h"

namespace clusterwire {
namespace {

constexpr char kHex[] = "0123456789abcdef";

void AppendCode(unsigned code, std::string* out) {
  out->append("\\u");
  for (int shift = 12; shift >= 0; shift -= 4) out->push_back(kHex[(code >> shift) & 0xf]);
}

// Whether `c` may stand as it is, wherever it stands.
bool IsPlain(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte >= 0x20 && byte != 0x7f && byte != 0xe2 && c != '"' && c != '\\' && c != '<' &&
         c != '>';
}

void AppendOther(char c, std::string* out) {
  switch (c) {
    case '"':
      out->append("\\\"");
      break;
    case '\\':
      out->append("\\\\");
      break;
    case '\n':
      out->append("\\n");
      break;
    case '\r':
      out->append("\\r");
      break;
    case '\t':
      out->append("\\t");
      break;
    default:
      AppendCode(static_cast<unsigned char>(c), out);
  }
}

// Of valid UTF-8.
void AppendValid(std::string_view text, std::string* out) {
  size_t plain = 0;  // begin of what is not appended yet
  for (size_t i = 0; i < text.size(); ++i) {
    if (IsPlain(text[i])) continue;
    const std::string_view three = text.substr(i, 3);
    const bool ends_line = three == "\u2028" || three == "\u2029";
    if (text[i] == '\xe2' && !ends_line) continue;
    out->append(text.substr(plain, i - plain));
    if (ends_line) {
      AppendCode(three == "\u2028" ? 0x2028 : 0x2029, out);
      i += 2;
    } else {
      AppendOther(text[i], out);
    }
    plain = i + 1;
  }
  out->append(text.substr(plain));
}

}  // namespace

void AppendJsonText(std::string_view text, std::string* out) {
  out->push_back('"');
  for (size_t valid = Utf8Prefix(text); valid < text.size(); valid = Utf8Prefix(text)) {
    AppendValid(text.substr(0, valid), out);
    out->append("\uFFFD");
    text.remove_prefix(valid + 1);
  }
  AppendValid(text, out);
  out->push_back('"');
}

}  // namespace clusterwire
