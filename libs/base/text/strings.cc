#include "libs/base/text/strings.h"

#include <algorithm>

namespace clusterwire {
namespace {

bool Continues(char byte) { return (static_cast<unsigned char>(byte) & 0xc0) == 0x80; }

// The length of the character at the front of `text`; 0 when there is none.
size_t CharacterLength(std::string_view text) {
  const auto byte = [&text](size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  if (first < 0x80) return 1;
  const size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || text.size() < length) return 0;
  if (!std::ranges::all_of(text.substr(1, length - 1), Continues)) return 0;
  // Overlong forms, surrogates, and what lies beyond U+10FFFF.
  const bool refused = (first == 0xe0 && byte(1) < 0xa0) || (first == 0xed && byte(1) > 0x9f) ||
                       (first == 0xf0 && byte(1) < 0x90) || (first == 0xf4 && byte(1) > 0x8f);
  return refused ? 0 : length;
}

}  // namespace

std::vector<std::string_view> NameSegments(std::string_view name) {
  std::vector<std::string_view> segments;
  for (size_t start = 0; start <= name.size();) {
    const size_t end = std::min(name.find('/', start), name.size());
    if (end == start) return {};
    segments.push_back(name.substr(start, end - start));
    start = end + 1;
  }
  return segments.size() % 2 == 0 ? segments : std::vector<std::string_view>();
}

size_t Utf8Prefix(std::string_view text) {
  size_t at = 0;
  while (at < text.size()) {
    const size_t length = CharacterLength(text.substr(at));
    if (length == 0) break;
    at += length;
  }
  return at;
}

std::optional<size_t> Utf8Length(std::string_view text) {
  if (!IsUtf8(text)) return std::nullopt;
  return text.size() - static_cast<size_t>(std::ranges::count_if(text, Continues));
}

std::string_view CutUtf8(std::string_view text, size_t bytes) {
  if (text.size() <= bytes) return text;
  while (bytes > 0 && Continues(text[bytes])) --bytes;
  return text.substr(0, bytes);
}

std::string Printable(std::string_view text, size_t bytes) {
  std::string printable(text.substr(0, bytes));
  std::ranges::replace_if(
      printable, [](char c) { return c < ' ' || c > '~'; }, ' ');
  return printable;
}

}  // namespace clusterwire
