#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

// UTF-8 as Unicode defines it: no overlong forms, no surrogates, nothing beyond U+10FFFF.
namespace clusterwire {

// How many bytes at the front of `text` are UTF-8: all, when it is.
size_t Utf8Prefix(std::string_view text);

inline bool IsUtf8(std::string_view text) { return Utf8Prefix(text) == text.size(); }

// How many characters (code points), which is what limits in the contracts count; none when the
// text isn't UTF-8.
std::optional<size_t> Utf8Length(std::string_view text);

// The front of a UTF-8 text, at most `bytes` long and cut between two characters.
std::string_view CutUtf8(std::string_view text, size_t bytes);

// The first `bytes` of a text that may hold anything, with a space in place of all but printable
// ASCII.
std::string Printable(std::string_view text, size_t bytes);

}  // namespace clusterwire
