#include "libs/text/fold.h"

#include <algorithm>

#include "absl/strings/ascii.h"

#include "libs/text/transliterate.h"

namespace clusterwire::text {
namespace {

bool IsAscii(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

}  // namespace

std::string Fold(std::string_view text) {
  if (IsAscii(text)) {
    std::string folded(text);
    absl::AsciiStrToLower(&folded);
    return folded;
  }
  thread_local const Transliterator without_accents(
      "NFKD; [:Nonspacing Mark:] Remove; Latin-ASCII");
  thread_local const Transliterator composed("NFKD; [:Nonspacing Mark:] Remove; NFC");
  icu::UnicodeString folded = FromUtf8(text);
  folded.foldCase();
  without_accents.Apply(folded);
  // Latin-ASCII writes some letters as capitals, and case folding may compose anew.
  folded.foldCase();
  composed.Apply(folded);
  std::string out;
  folded.toUTF8String(out);
  return out;
}

}  // namespace clusterwire::text
