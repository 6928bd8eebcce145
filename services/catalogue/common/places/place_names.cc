#include "services/catalogue/common/place_names/place_names.h"

#include <map>
#include <span>
#include <string>

#include "absl/strings/str_split.h"

#include "libs/base/text/strings.h"
#include "libs/template/template.h"
#include "libs/text/text.h"

namespace clusterwire::catalogue {

std::span<const templates::Source> PlaceNameFiles();

namespace {

struct City {
  std::string_view country;
  std::vector<std::string_view> names;
};

// By each name's folded form.
std::multimap<std::string, City*> Read() {
  std::multimap<std::string, City*> cities;
  for (const absl::string_view line :
       absl::StrSplit(ToAbsl(PlaceNameFiles().front().text), '\n', absl::SkipEmpty())) {
    auto* city = new City;  // as long as the program
    for (const absl::string_view part : absl::StrSplit(line, '|')) {
      if (city->country.empty()) {
        city->country = ToStd(part);
      } else {
        city->names.push_back(ToStd(part));
        cities.emplace(text::Fold(ToStd(part)), city);
      }
    }
  }
  return cities;
}

}  // namespace

std::vector<std::string_view> OtherNamesOf(std::string_view city, std::string_view country) {
  static const auto& cities = *new std::multimap<std::string, City*>(Read());
  const std::string folded = text::Fold(city);
  const City* found = nullptr;
  const auto [first, last] = cities.equal_range(folded);
  for (auto it = first; it != last; ++it) {
    if (!country.empty() && it->second->country != country) continue;
    if (found != nullptr && found != it->second) return {};  // two of that name
    found = it->second;
  }
  std::vector<std::string_view> names;
  if (found == nullptr) return names;
  for (const std::string_view name : found->names) {
    if (text::Fold(name) != folded) names.push_back(name);
  }
  return names;
}

}  // namespace clusterwire::catalogue
