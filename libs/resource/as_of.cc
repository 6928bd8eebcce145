#include "libs/resource/as_of.h"

#include <vector>

#include "absl/strings/str_join.h"

namespace clusterwire::resource {

AsOf HoldsOn(absl::CivilDay day, const BoundDay& first, const BoundDay& last) {
  if (day < first.between.first || day > last.between.last) return {};
  std::vector<std::string> reasons;
  if (day < first.between.last) reasons.push_back(first.unknown);
  if (day > last.between.first) reasons.push_back(last.unknown);
  if (reasons.empty()) return {AsOf::Answer::kYes};
  return {AsOf::Answer::kUnknown, absl::StrJoin(reasons, ", and ")};
}

}  // namespace clusterwire::resource
