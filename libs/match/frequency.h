#pragma once

#include <vector>

#include "absl/container/flat_hash_map.h"

#include "libs/filter/terms/terms.h"

namespace clusterwire::match {

// How often Facts have a term, as far as is known: what was learned, and before that what kind of
// term it is. Not safe for use from several threads.
class TermFrequency {
 public:
  void Learn(const std::vector<filter::Term>& terms);

  // About the share of Facts that have one of the terms, from 0 up.
  double CostOf(const std::vector<filter::Term>& group) const;

 private:
  double ShareOf(filter::Term term) const;

  double learned_ = 0;
  absl::flat_hash_map<filter::Term, double> counts_;  // at most kMaxTerms
};

}  // namespace clusterwire::match
