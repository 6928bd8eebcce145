#include "services/catalogue/common/places/places.h"

#include <map>
#include <span>
#include <string>

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"

#include "libs/base/text/strings.h"
#include "libs/template/template.h"
#include "libs/text/text.h"

namespace clusterwire::catalogue {

std::span<const templates::Source> PlaceFiles();

namespace {

using type::v1::Point;

struct City {
  std::string_view country;
  double latitude = 0;
  double longitude = 0;
  std::vector<std::string_view> names;
};
using Cities = std::multimap<std::string, const City*>;  // by each name's folded form

std::vector<absl::string_view> LinesOf(std::string_view file) {
  for (const templates::Source& source : PlaceFiles()) {
    if (source.name == file) return absl::StrSplit(ToAbsl(source.text), '\n', absl::SkipEmpty());
  }
  return {};
}

Cities ReadCities() {
  Cities cities;
  for (const absl::string_view line : LinesOf("cities.txt")) {
    const std::vector<absl::string_view> parts = absl::StrSplit(line, '|');
    auto* city = new City{.country = ToStd(parts.at(0))};  // as long as the program
    if (!absl::SimpleAtod(parts.at(1), &city->latitude) ||
        !absl::SimpleAtod(parts.at(2), &city->longitude)) {
      continue;
    }
    for (size_t i = 3; i < parts.size(); ++i) {
      city->names.push_back(ToStd(parts[i]));
      cities.emplace(text::Fold(ToStd(parts[i])), city);
    }
  }
  return cities;
}

std::map<std::string_view, Point> ReadMiddles() {
  std::map<std::string_view, Point> middles;
  for (const absl::string_view line : LinesOf("country_middles.txt")) {
    const std::vector<absl::string_view> parts = absl::StrSplit(line, ' ');
    Point middle;
    middle.set_precision(type::v1::POINT_PRECISION_COUNTRY);
    double latitude = 0, longitude = 0;
    if (!absl::SimpleAtod(parts.at(1), &latitude) || !absl::SimpleAtod(parts.at(2), &longitude)) {
      continue;
    }
    middle.set_latitude(latitude);
    middle.set_longitude(longitude);
    middles.emplace(ToStd(parts.at(0)), middle);
  }
  return middles;
}

// Null where there is none, or more than one of that name.
const City* FindCity(std::string_view name, std::string_view country) {
  static const auto& cities = *new Cities(ReadCities());
  if (name.empty()) return nullptr;
  const City* found = nullptr;
  const auto [first, last] = cities.equal_range(text::Fold(name));
  for (auto it = first; it != last; ++it) {
    if (!country.empty() && it->second->country != country) continue;
    if (found != nullptr && found != it->second) return nullptr;
    found = it->second;
  }
  return found;
}

}  // namespace

std::vector<std::string_view> OtherNamesOf(std::string_view city, std::string_view country) {
  std::vector<std::string_view> names;
  const City* found = FindCity(city, country);
  if (found == nullptr) return names;
  const std::string folded = text::Fold(city);
  for (const std::string_view name : found->names) {
    if (text::Fold(name) != folded) names.push_back(name);
  }
  return names;
}

std::optional<Point> PointOf(const type::v1::Place& place, std::string_view country) {
  if (place.has_point()) return place.point();
  const std::string_view where = place.country().empty() ? country : place.country();
  if (const City* city = FindCity(place.city(), where)) {
    Point point;
    point.set_latitude(city->latitude);
    point.set_longitude(city->longitude);
    point.set_precision(type::v1::POINT_PRECISION_CITY);
    return point;
  }
  static const auto& middles = *new std::map<std::string_view, Point>(ReadMiddles());
  const auto middle = middles.find(where);
  if (middle == middles.end()) return std::nullopt;
  return middle->second;
}

}  // namespace clusterwire::catalogue
