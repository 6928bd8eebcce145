#include "libs/filter/names.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

#include "libs/base/text/id.h"
#include "libs/base/text/nearest.h"
#include "libs/base/text/strings.h"

namespace clusterwire::filter {
namespace {

constexpr size_t kShownBytes = 200;

// "label_scheme" → "labelSchemes", "taxonomy" → "taxonomies".
std::string CollectionOf(std::string_view type) {
  std::string words;
  bool up = false;
  for (const char c : type) {
    if (c != '_') words.push_back(up ? absl::ascii_toupper(static_cast<unsigned char>(c)) : c);
    up = c == '_';
  }
  if (!words.ends_with('y')) return words + "s";
  words.pop_back();
  return words + "ies";
}

std::vector<std::string> Collections(const Vocabulary& vocabulary) {
  std::vector<std::string> collections;
  for (const auto& [type, words] : vocabulary.types) collections.push_back(CollectionOf(type));
  return collections;
}

// Of a name's parts that stand for what is wrong with the first such part; empty when none is.
std::string WrongPart(const std::vector<std::string_view>& parts, const Vocabulary& vocabulary) {
  const std::vector<std::string> collections = Collections(vocabulary);
  for (size_t i = 0; i < parts.size(); ++i) {
    if (i % 2 == 1) {
      if (IsNameId(parts[i])) continue;
      return absl::StrCat("; an id is 1 to ", kMaxIdBytes,
                          " lower case letters, digits and '-', and '", ToAbsl(parts[i]),
                          "' is none");
    }
    // What a resource has one of: "programmes/p/memberships/m/standing".
    const bool only = i + 1 == parts.size() && vocabulary.types.contains(parts[i]);
    if (only || std::ranges::find(collections, parts[i]) != collections.end()) continue;
    return absl::StrCat("; there is no collection '", ToAbsl(parts[i]), "'",
                        MeantText(parts[i], collections));
  }
  return "";
}

}  // namespace

std::string WrongName(std::string_view name, const Vocabulary& vocabulary) {
  const std::vector<std::string_view> parts = NameSegments(name);
  std::string wrong = "; write one as clusters/silicon-saxony";
  if (!parts.empty()) wrong = WrongPart(parts, vocabulary);
  if (wrong.empty()) return wrong;
  return absl::StrCat("'", ToAbsl(CutUtf8(name, kShownBytes)), "' is no name of a resource", wrong);
}

}  // namespace clusterwire::filter
