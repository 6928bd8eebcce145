#pragma once

#include <string_view>
#include <vector>

namespace clusterwire::catalogue {

// What the city is called in other languages, of GeoNames (CC BY 4.0; place_names/make says how the
// list was made): "Prag" and "Praha" of "Prague" in "CZ". `country` is ISO 3166-1 alpha-2; empty:
// of any country where one city alone is called so. Case and accents don't count. Empty for what
// isn't on the list. The list is read once, by the first who asks; safe for use from any thread.
std::vector<std::string_view> OtherNamesOf(std::string_view city, std::string_view country);

}  // namespace clusterwire::catalogue
