#pragma once

#include <string>
#include <string_view>

// Everything in this library is a pure function and safe for use from any thread: the ICU objects
// inside belong to one thread each. Input that isn't UTF-8 is read with U+FFFD in place of what
// can't be read.
namespace clusterwire::text {

// What two spellings of a word have in common: case, accents and typographic forms are gone.
// "Ø" is "o", "ß" is "ss", "É" is "e", "Ά" is "α", "ﬁ" is "fi". Other scripts stay in their script.
// Fold(Fold(x)) == Fold(x).
std::string Fold(std::string_view text);

}  // namespace clusterwire::text
