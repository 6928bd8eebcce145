#include "libs/filter/transition.h"

namespace clusterwire::filter {

Transition TransitionOf(bool matched_before, bool matches_after) {
  if (matched_before) return matches_after ? Transition::kChanged : Transition::kLeft;
  return matches_after ? Transition::kEntered : Transition::kNone;
}

Transition TransitionOf(const Predicate& predicate, const Facts* before, const Facts* after) {
  return TransitionOf(before != nullptr && predicate.Matches(*before),
                      after != nullptr && predicate.Matches(*after));
}

std::string_view TransitionName(Transition transition) {
  switch (transition) {
    case Transition::kNone:
      break;
    case Transition::kEntered:
      return "entered";
    case Transition::kLeft:
      return "left";
    case Transition::kChanged:
      return "changed";
  }
  return "none";
}

}  // namespace clusterwire::filter
