#include "libs/match/requirement.h"

namespace clusterwire::match {

using filter::Term;

Requirement::Requirement(const std::vector<std::vector<Term>>& groups) {
  size_t size = 0;
  for (const std::vector<Term>& group : groups) size += 1 + group.size();
  words_.reserve(size);
  for (const std::vector<Term>& group : groups) {
    words_.push_back(group.size());
    for (const Term term : group) words_.push_back(static_cast<uint64_t>(term));
  }
}

bool Requirement::IsMetBy(const absl::flat_hash_set<Term>& terms) const {
  for (size_t at = 0; at < words_.size();) {
    const size_t end = at + 1 + words_[at];
    bool has_one = false;
    for (++at; at < end && !has_one; ++at) has_one = terms.contains(static_cast<Term>(words_[at]));
    if (!has_one) return false;
    at = end;
  }
  return true;
}

}  // namespace clusterwire::match
