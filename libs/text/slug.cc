#include "libs/text/slug.h"

#include "absl/strings/ascii.h"

#include "libs/text/transliterate.h"

namespace clusterwire::text {
namespace {

// Lower case letters, digits and '-' for every run of anything else. An apostrophe is no border:
// "Ukraine's" is one word.
std::string Dashed(std::string_view ascii) {
  std::string slug;
  bool border = false;
  for (const char c : ascii) {
    if (c == '\'') continue;
    if (!absl::ascii_isalnum(static_cast<unsigned char>(c))) {
      border = true;
      continue;
    }
    if (border && !slug.empty()) slug += '-';
    border = false;
    slug += absl::ascii_tolower(static_cast<unsigned char>(c));
  }
  return slug;
}

}  // namespace

std::string Slug(std::string_view text, size_t max) {
  thread_local const Transliterator to_ascii(
      "Any-Latin; NFKD; [:Nonspacing Mark:] Remove; Latin-ASCII");
  icu::UnicodeString latin = FromUtf8(text);
  to_ascii.Apply(latin);
  std::string ascii;
  latin.toUTF8String(ascii);

  std::string slug = Dashed(ascii);
  if (slug.size() <= max) return slug;
  const bool cuts_a_word = slug[max] != '-';
  slug.resize(max);
  const size_t last_border = slug.rfind('-');
  // Half an id is better than a tenth of one: a first word that is too long is cut.
  if (cuts_a_word && last_border != std::string::npos && last_border >= max / 2) {
    slug.resize(last_border);
  }
  while (!slug.empty() && slug.back() == '-') slug.pop_back();
  return slug;
}

}  // namespace clusterwire::text
