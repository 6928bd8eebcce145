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

// Of all that holds from a first through a last day, each one of these, and on one day at least: a
// day on which each of them holds is a yes, one on which none does a no.
AsOf HoldsOn(absl::CivilDay day, const BoundDay& first, const BoundDay& last);

}  // namespace clusterwire::resource
