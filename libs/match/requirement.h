#pragma once

#include <cstdint>
#include <vector>

#include "absl/container/flat_hash_set.h"

#include "libs/filter/terms/terms.h"

namespace clusterwire::match {

// The groups of Predicate::required() in one piece of memory. A change looks at thousands of them,
// and each jump to another piece costs more than the comparison.
class Requirement {
 public:
  explicit Requirement(const std::vector<std::vector<filter::Term>>& groups);

  // Whether each group has a term among these.
  bool IsMetBy(const absl::flat_hash_set<filter::Term>& terms) const;

 private:
  std::vector<uint64_t> words_;  // for each group the number of its terms, then they
};

}  // namespace clusterwire::match
