#include "libs/http/server/form.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"

#include "libs/base/text/strings.h"

namespace clusterwire::http {
namespace {

int DigitOf(char c) {
  if (!absl::ascii_isxdigit(static_cast<unsigned char>(c))) return -1;
  return absl::ascii_isdigit(static_cast<unsigned char>(c)) ? c - '0'
                                                            : absl::ascii_tolower(c) - 'a' + 10;
}

std::string Decoded(std::string_view text) {
  std::string plain;
  plain.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size()) {
      const int high = DigitOf(text[i + 1]), low = DigitOf(text[i + 2]);
      if (high >= 0 && low >= 0) {
        plain.push_back(static_cast<char>(high * 16 + low));
        i += 2;
        continue;
      }
    }
    plain.push_back(text[i] == '+' ? ' ' : text[i]);
  }
  return plain;
}

}  // namespace

Form ParseForm(std::string_view body) {
  Form form;
  if (body.empty()) return form;
  for (const absl::string_view field : absl::StrSplit(ToAbsl(body), '&')) {
    if (form.size() == kMaxFormFields) break;
    const size_t equals = field.find('=');
    std::string name = Decoded(ToStd(field.substr(0, equals)));
    std::string value = equals == field.npos ? "" : Decoded(ToStd(field.substr(equals + 1)));
    if (!name.empty() && IsUtf8(name) && IsUtf8(value)) {
      form.emplace(std::move(name), std::move(value));
    }
  }
  return form;
}

std::string_view ValueOf(const Form& form, std::string_view name) {
  const auto found = form.lower_bound(name);  // of equal ones the first that was put
  return found == form.end() || found->first != name ? std::string_view() : found->second;
}

std::string EncodeForm(std::string_view text) {
  std::string encoded;
  for (const char c : text) {
    if (absl::ascii_isalnum(static_cast<unsigned char>(c)) ||
        std::string_view("-._~").find(c) != std::string_view::npos) {
      encoded += c;
    } else {
      absl::StrAppendFormat(&encoded, "%%%02X", static_cast<unsigned char>(c));
    }
  }
  return encoded;
}

}  // namespace clusterwire::http
