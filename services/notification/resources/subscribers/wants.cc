#include "services/notification/resources/subscribers/wants.h"

#include <algorithm>

#include "libs/store/resource.h"

namespace clusterwire::notification {

v1::Transition ToProto(filter::Transition transition) {
  switch (transition) {
    case filter::Transition::kNone:
      break;
    case filter::Transition::kEntered:
      return v1::TRANSITION_ENTERED;
    case filter::Transition::kLeft:
      return v1::TRANSITION_LEFT;
    case filter::Transition::kChanged:
      return v1::TRANSITION_CHANGED;
  }
  return v1::TRANSITION_UNSPECIFIED;
}

bool Wants(const v1::Subscription& subscription, filter::Transition transition,
           std::string_view kind, bool quiet) {
  if (transition == filter::Transition::kNone) return false;
  if (quiet && !subscription.include_quiet()) return false;

  const auto& kinds = subscription.kinds();
  const bool named = std::ranges::find(kinds, kind) != kinds.end();
  if (!kinds.empty() && !named) return false;

  const auto& transitions = subscription.transitions();
  if (!transitions.empty() &&
      std::ranges::find(transitions, ToProto(transition)) == transitions.end()) {
    return false;
  }
  // That what can be said of a resource was computed anew is no news by itself.
  const bool unasked_refresh = kind == store::kFactsRefreshed && !named;
  return !(unasked_refresh && transition == filter::Transition::kChanged);
}

}  // namespace clusterwire::notification
