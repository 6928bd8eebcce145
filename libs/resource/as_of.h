#pragma once

#include <string>

#include "absl/time/civil_time.h"

#include "libs/base/time/date.h"

namespace clusterwire::resource {

// Whether something holds on a day, by the dates of its record.
struct AsOf {
  enum class Answer { kNo, kYes, kUnknown };
  Answer answer = Answer::kNo;
  std::string reason = "";  // of kUnknown, for a person: "its end isn't known"
};

// The first or the last day on which something holds, as far as it is known: one of these days.
struct BoundDay {
  DayRange between;
  std::string unknown;  // why it is no one day
};

// What holds from the first through the last of its days. A day that any pair of them leaves out is
// a no, one that each pair takes in is a yes.
AsOf HoldsOn(absl::CivilDay day, const BoundDay& first, const BoundDay& last);

}  // namespace clusterwire::resource
