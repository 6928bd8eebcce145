#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "clusterwire/type/v1/places.pb.h"

// What is known of cities and countries without a request: cities.txt, of GeoNames (CC BY 4.0), and
// country_middles.txt, of Natural Earth (public domain); make_cities and make_countries say how
// they were made. Case and accents don't count. Both lists are read once, by the first who asks;
// safe for use from any thread.
namespace clusterwire::catalogue {

// What the city is called in other languages: "Prag" and "Praha" of "Prague" in "CZ". `country` is
// ISO 3166-1 alpha-2; empty: of any country where one city alone is called so. Empty for what isn't
// on the list.
std::vector<std::string_view> OtherNamesOf(std::string_view city, std::string_view country);

// Where a place is: the point that it says, else its city, else the middle of its country or, where
// it says none, of `country`; the precision says which.
std::optional<type::v1::Point> PointOf(const type::v1::Place& place, std::string_view country);

}  // namespace clusterwire::catalogue
