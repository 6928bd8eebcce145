#include "libs/resource/as_of.h"

#include <algorithm>
#include <vector>

#include "absl/strings/str_join.h"

namespace clusterwire::resource {

AsOf HoldsOn(absl::CivilDay day, const BoundDay& first, const BoundDay& last) {
  if (day < first.between.first || day > last.between.last) return {};
  // The first day is no later than the last one.
  const absl::CivilDay latest_first = std::min(first.between.last, last.between.last);
  const absl::CivilDay earliest_last = std::max(first.between.first, last.between.first);
  std::vector<std::string> reasons;
  if (day < latest_first) reasons.push_back(first.unknown);
  if (day > earliest_last) reasons.push_back(last.unknown);
  if (reasons.empty()) return {AsOf::Answer::kYes};
  return {AsOf::Answer::kUnknown, absl::StrJoin(reasons, ", and ")};
}

}  // namespace clusterwire::resource
