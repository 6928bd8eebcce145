#pragma once

#include <memory>
#include <string_view>

#include <unicode/translit.h>
#include <unicode/unistr.h>

// Inside the library only: no header that others include names ICU.
namespace clusterwire::text {

icu::UnicodeString FromUtf8(std::string_view text);

// ICU's transliterator of that id, for the calling thread: they are cheap to use and dear to make,
// and ICU doesn't promise that two threads may share one. A missing id is a broken installation of
// ICU and ends the program.
class Transliterator {
 public:
  explicit Transliterator(const char* id);
  void Apply(icu::UnicodeString& text) const { icu_->transliterate(text); }

 private:
  std::unique_ptr<icu::Transliterator> icu_;
};

}  // namespace clusterwire::text
