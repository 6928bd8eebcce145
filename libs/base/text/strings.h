#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/string_view.h"

namespace clusterwire {

// Debian's Abseil has a string_view of its own. Ours is std::string_view; these two cross over.
inline absl::string_view ToAbsl(std::string_view text) { return {text.data(), text.size()}; }
inline std::string_view ToStd(absl::string_view text) { return {text.data(), text.size()}; }

// The segments of a resource name (AIP-122), collection and id in turn: "clusters", "x", "labels",
// "y". Behind two pairs or more one may stand alone: what the last resource has one of (AIP-156),
// as in "programmes/p/memberships/m/standing". Empty for anything else, and when one is empty. What
// characters they may have is for the caller to say.
std::vector<std::string_view> NameSegments(std::string_view name);

// How many bytes at the front of `text` are UTF-8: all, when it is. No overlong forms, no
// surrogates, nothing beyond U+10FFFF.
size_t Utf8Prefix(std::string_view text);
inline bool IsUtf8(std::string_view text) { return Utf8Prefix(text) == text.size(); }

// How many characters (code points), which is what limits in the contracts count; none when the
// text isn't UTF-8.
std::optional<size_t> Utf8Length(std::string_view text);

// The front of a UTF-8 text, at most `bytes` long and cut between two characters.
std::string_view CutUtf8(std::string_view text, size_t bytes);

// At most `bytes` of what a stranger sent, as UTF-8 that can be stored and shown on one line:
// U+FFFD stands for each byte that is none, and a space for each control character, line end and
// mark that turns the direction of writing. Cut between two characters.
std::string ReadableUtf8(std::string_view text, size_t bytes);

// The first `bytes` of a text that may hold anything, with a space in place of all but printable
// ASCII.
std::string Printable(std::string_view text, size_t bytes);

}  // namespace clusterwire
