#include "libs/http/server/request_head.h"

#include <algorithm>
#include <iterator>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

#include "libs/base/text/strings.h"

namespace clusterwire::http {
namespace {

constexpr int kBadRequest = 400;
constexpr int kLengthRequired = 411;
constexpr int kAddressTooLong = 414;
constexpr int kUnsupportedMediaType = 415;
constexpr int kTooManyFields = 431;

// What handlers, or the server itself, ask of a request besides its address and body.
constexpr std::string_view kOfUse[] = {"accept-language", "content-type", "if-modified-since",
                                       "if-none-match", "x-forwarded-for"};

}  // namespace

RequestHead RequestHead::Parse(std::string_view text) {
  RequestHead head;
  size_t fields = 0;
  bool first = true;
  for (absl::string_view line : absl::StrSplit(ToAbsl(text), "\r\n")) {
    if (line.empty()) break;
    head.refusal = first ? head.TakeLine(ToStd(line)) : head.TakeField(ToStd(line));
    if (!first && ++fields > kMaxFields) head.refusal = kTooManyFields;
    if (head.refusal != 0) return head;
    first = false;
  }
  if (first) head.refusal = kBadRequest;
  return head;
}

int RequestHead::TakeLine(std::string_view line) {
  const std::vector<absl::string_view> words = absl::StrSplit(ToAbsl(line), ' ');
  if (words.size() != 3 || words[0].empty() || !absl::StartsWith(words[1], "/") ||
      !absl::StartsWith(words[2], "HTTP/1.")) {
    return kBadRequest;
  }
  if (words[1].size() > kMaxAddress) return kAddressTooLong;
  line_ = std::string(line);
  method = std::string(words[0]);
  path = std::string(words[1].substr(0, words[1].find('?')));
  return 0;
}

int RequestHead::TakeField(std::string_view line) {
  const size_t colon = line.find(':');
  if (colon == 0 || colon == line.npos || line.find_first_of(" \t") < colon) return kBadRequest;
  const std::string name = absl::AsciiStrToLower(ToAbsl(line.substr(0, colon)));
  const absl::string_view value = absl::StripAsciiWhitespace(ToAbsl(line.substr(colon + 1)));
  if (name == "transfer-encoding") return kLengthRequired;
  if (name == "content-encoding") return kUnsupportedMediaType;
  if (name == "content-length") {
    // Only once, and only digits: two that differ could be read in two ways.
    const bool digits = value.find_first_not_of("0123456789") == value.npos;
    if (has_length_ || !digits || !absl::SimpleAtoi(value, &body)) return kBadRequest;
    has_length_ = true;
  }
  // Without an answer to it, some clients wait a while before they send a body.
  const bool awaits = name == "expect" && absl::EqualsIgnoreCase(value, "100-continue");
  if (awaits || std::ranges::find(kOfUse, name) != std::end(kOfUse)) {
    absl::StrAppend(&fields, name, ": ", value, "\r\n");
  }
  return 0;
}

std::string RequestHead::ForLibrary(size_t body_size) const {
  return absl::StrCat(line_, "\r\n", fields, "content-length: ", body_size, "\r\n\r\n");
}

}  // namespace clusterwire::http
