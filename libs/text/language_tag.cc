#include "libs/text/language_tag.h"

#include <algorithm>

#include "absl/strings/ascii.h"

namespace clusterwire::text {
namespace {

constexpr size_t kMaxLanguage = 3;
constexpr size_t kMaxSubtag = 8;

}  // namespace

bool IsLanguageTag(std::string_view tag) {
  if (tag.size() > kMaxLanguageTag) return false;
  const std::string_view language = tag.substr(0, tag.find('-'));
  if (language.size() < 2 || language.size() > kMaxLanguage) return false;
  if (!std::ranges::all_of(language, absl::ascii_isalpha)) return false;
  size_t last = language.size();
  for (tag.remove_prefix(last); !tag.empty(); tag.remove_prefix(last)) {
    tag.remove_prefix(1);  // the '-'
    const std::string_view subtag = tag.substr(0, tag.find('-'));
    last = subtag.size();
    if (last < 1 || last > kMaxSubtag || !std::ranges::all_of(subtag, absl::ascii_isalnum)) {
      return false;
    }
  }
  return last > 1;
}

}  // namespace clusterwire::text
