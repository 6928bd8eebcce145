#pragma once

#include <string_view>

#include "libs/filter/predicate.h"

namespace clusterwire::filter {

// What a change of a resource means to a predicate.
enum class Transition {
  kNone,     // matches neither before nor after
  kEntered,  // matches now
  kLeft,     // matched before
  kChanged,  // matches before and after, whether or not the Facts differ (a reminder changes none)
};

// Null stands for no resource. An image that the viewer may not see doesn't match, so publishing a
// draft is kEntered to the public.
Transition TransitionOf(const Predicate& predicate, const Facts* before, const Facts* after);
Transition TransitionOf(bool matched_before, bool matches_after);

// "none", "entered", "left", "changed".
std::string_view TransitionName(Transition transition);

}  // namespace clusterwire::filter
