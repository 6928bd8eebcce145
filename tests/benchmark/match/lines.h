#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "absl/container/flat_hash_map.h"

#include "tests/benchmark/data/world.h"

// Subscriptions and changes, a line each, for those who are measured beside ours: fields by tabs.
// What Facts have and filters ask stands there as terms, "code nuts:DE" without the blank: the
// peers know nothing else of what a filter means, and of circles, first days and sizes.
namespace clusterwire::benchmark {

// How often resources have a term, from a sample of them: what a subscription is filed under is the
// rarest it requires, for the peers too.
class Shares {
 public:
  Shares(const World& world, int64_t documents);
  double Of(const std::string& term) const;

 private:
  absl::flat_hash_map<std::string, double> counts_;
};

// number, groups of terms by blanks with the alternatives in one by '|' (the rarest first),
// latitude, longitude, radius, first day, least size, excluded terms.
std::string LineOf(int64_t number, const Filter& filter, const Shares& shares);
// number, and for what was before and what is after: terms by blanks, latitude, longitude, first
// day, last day, size.
std::string LineOf(int64_t number, const Change& change);

}  // namespace clusterwire::benchmark
