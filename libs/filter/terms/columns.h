#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "clusterwire/type/v1/facts.pb.h"

#include "libs/base/time/date.h"
#include "libs/filter/terms/geo.h"

namespace clusterwire::filter {

using type::v1::Facts;

// Facts, read once: what a search sorts, ranks and counts by. Days that can't be read and points
// that are only a region's or a country's middle are absent.
struct Columns {
  std::vector<std::string> tokens;        // of title, summary, names and text; sorted, each once
  std::vector<std::string> title_tokens;  // of title and names alone; sorted, each once
  std::vector<std::pair<std::string_view, std::vector<std::string>>> facets;  // by FacetFields()
  std::optional<DayRange> period;
  std::optional<DayRange> deadline;
  std::optional<int64_t> size;
  std::string title_key;  // at most 1,000 bytes to sort by; never the start of another
  std::optional<LatLng> point;
};

Columns ColumnsOf(const Facts& facts);

// The fields that can be counted by value, named as in Filter: "types", "sectors", "regions",
// "programmes", "label_levels", "labels_held", "kinds", "states", "languages".
const std::vector<std::string_view>& FacetFields();

// Single columns, for whoever needs no more.
std::optional<DayRange> PeriodOf(const Facts& facts);
std::optional<DayRange> DeadlineOf(const Facts& facts);
// The words Facts are found under, sorted, each once.
std::vector<std::string> TokensOf(const Facts& facts);

}  // namespace clusterwire::filter
