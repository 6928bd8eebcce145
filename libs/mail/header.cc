#include "libs/mail/header.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

#include "libs/base/text/strings.h"

namespace clusterwire::mail {
namespace {

constexpr size_t kMaxLine = 998;      // RFC 5322
constexpr size_t kMaxWords = 1000;    // bytes of a text in a header
constexpr size_t kMaxPlain = 60;      // bytes that are left as they are: no folding is due
constexpr size_t kBytesOfAWord = 39;  // then a line with the longest name of a field has 76

bool IsPlain(std::string_view text) {
  return text.size() <= kMaxPlain && text.find("=?") == std::string_view::npos &&
         std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; });
}

std::string Encoded(std::string_view text) {
  std::string words;
  while (!text.empty()) {
    const std::string_view piece = CutUtf8(text, kBytesOfAWord);
    text.remove_prefix(piece.size());
    absl::StrAppend(&words, words.empty() ? "" : "\r\n ", "=?UTF-8?B?",
                    absl::Base64Escape(ToAbsl(piece)), "?=");
  }
  return words;
}

bool IsOfAddress(unsigned char c) {
  return c >= 0x80 || absl::ascii_isalnum(c) ||
         std::string_view("!#$%&'*+-/=?^_`{|}~.").find(static_cast<char>(c)) !=
             std::string_view::npos;
}

constexpr char kMask[] = "***";

// "***" in place of what stands before each "@".
std::string WithoutMailboxes(std::string_view text) {
  std::string masked;
  for (const char c : text) {
    if (c == '@') {
      while (!masked.empty() && IsOfAddress(static_cast<unsigned char>(masked.back()))) {
        masked.pop_back();
      }
      masked += kMask;
    }
    masked += c;
  }
  return masked;
}

}  // namespace

bool IsOneField(const Field& field) {
  const auto& [name, value] = field;
  const bool named = !name.empty() && std::ranges::all_of(name, [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '-';
  });
  if (!named) return false;
  size_t line = name.size() + 2;
  for (size_t i = 0; i < value.size(); ++i, ++line) {
    const char c = value[i];
    if (c == '\0' || c == '\n') return false;
    if (c == '\r') {
      const bool folds = value.substr(i, 3) == "\r\n " && i + 3 < value.size();
      if (!folds) return false;
      i += 2;
      line = 0;
    }
    if (line > kMaxLine) return false;
  }
  return true;
}

std::string InWords(std::string_view text) {
  const std::string line = ReadableUtf8(text, kMaxWords);
  return IsPlain(line) ? line : Encoded(line);
}

std::string Mailbox(std::string_view name, std::string_view address) {
  const std::string line = ReadableUtf8(name, kMaxWords);
  if (line.empty()) return absl::StrCat("<", ToAbsl(address), ">");
  const std::string phrase =
      IsPlain(line)
          ? absl::StrCat("\"", absl::StrReplaceAll(line, {{"\\", "\\\\"}, {"\"", "\\\""}}), "\"")
          : Encoded(line);
  return absl::StrCat(phrase, "\r\n <", ToAbsl(address), ">");
}

std::string Date(absl::Time time) {
  return absl::FormatTime("%a, %d %b %Y %H:%M:%S +0000", time, absl::UTCTimeZone());
}

std::string WithLineEnds(std::string_view text) {
  return absl::StrReplaceAll(ToAbsl(text), {{"\r\n", "\r\n"}, {"\r", "\r\n"}, {"\n", "\r\n"}});
}

std::string Masked(std::string_view text, std::string_view recipient, size_t bytes) {
  std::string masked = WithoutMailboxes(ReadableUtf8(text, 4 * bytes));
  const std::string mailbox =
      absl::AsciiStrToLower(ToAbsl(recipient.substr(0, recipient.rfind('@'))));
  constexpr size_t kTelling = 3;  // characters; fewer stand in any text
  if (mailbox.size() >= kTelling) {
    std::string lower = absl::AsciiStrToLower(masked);
    for (size_t at = lower.find(mailbox); at != std::string::npos; at = lower.find(mailbox, at)) {
      masked.replace(at, mailbox.size(), kMask);
      lower.replace(at, mailbox.size(), kMask);
      at += sizeof kMask - 1;
    }
  }
  return std::string(CutUtf8(masked, bytes));
}

}  // namespace clusterwire::mail
