#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tests/benchmark/data/world.h"

namespace clusterwire::benchmark {

// How the hits of a query are ordered.
enum class Ordering { kRelevance, kDistance, kTitle };

// One first page of fifty, as the public sees it.
struct Query {
  std::string row;  // of the table: "words", "programme"; each has several queries
  Filter filter;
  Ordering order = Ordering::kTitle;
  std::vector<std::string> facets = {};  // of filter::FacetFields()
};

// Those of all rows that peers answer too.
std::vector<Query> QueriesOf(const World& world);

// What hostile callers would ask, of ours alone; their rows begin with "bad_".
std::vector<Query> BadQueriesOf(const World& world);

// Those of all rows, and resources, a line each, for those who are measured beside ours: fields by
// tabs, the values in one by blanks. README.md says which.
std::string LineOf(const Query& query);
std::string LineOf(int64_t number, const Facts& facts);

}  // namespace clusterwire::benchmark
