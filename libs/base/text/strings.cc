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

// Whether a character of UTF-8 is none that is seen in its place: C0, DEL, C1, the line and
// paragraph separators, and the marks and overrides of direction.
bool IsUnseen(std::string_view character) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(character[i]); };
  if (character.size() == 1) return byte(0) < 0x20 || byte(0) == 0x7f;
  if (character.size() == 2) {
    return (byte(0) == 0xc2 && byte(1) < 0xa0) || character == "\u061c";
  }
  if (character.size() != 3 || byte(0) != 0xe2) return false;
  return (byte(1) == 0x80 && ((byte(2) >= 0x8e && byte(2) <= 0x8f) ||    // U+200E, U+200F
                              (byte(2) >= 0xa8 && byte(2) <= 0xae))) ||  // U+2028 to U+202E
         (byte(1) == 0x81 && byte(2) >= 0xa6 && byte(2) <= 0xa9);        // U+2066 to U+2069
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
  const bool pairs = segments.size() % 2 == 0;
  return pairs || segments.size() >= 5 ? segments : std::vector<std::string_view>();
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

std::string ReadableUtf8(std::string_view text, size_t bytes) {
  constexpr std::string_view kReplacement = "\ufffd";
  std::string readable;
  while (!text.empty()) {
    const size_t length = CharacterLength(text);
    std::string_view shown = kReplacement;
    if (length > 0) shown = IsUnseen(text.substr(0, length)) ? " " : text.substr(0, length);
    if (readable.size() + shown.size() > bytes) break;
    readable += shown;
    text.remove_prefix(std::max<size_t>(length, 1));
  }
  return readable;
}

std::string Printable(std::string_view text, size_t bytes) {
  std::string printable(text.substr(0, bytes));
  std::ranges::replace_if(
      printable, [](char c) { return c < ' ' || c > '~'; }, ' ');
  return printable;
}

}  // namespace clusterwire
