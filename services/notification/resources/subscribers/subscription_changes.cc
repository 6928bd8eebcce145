#include "services/notification/resources/subscribers/subscription_changes.h"

#include <algorithm>
#include <set>
#include <string>
#include <string_view>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include "libs/change/record.h"
#include "libs/change/vocabulary.h"
#include "libs/store/resource.h"
#include "services/notification/resources/subscribers/subscription_rules.h"

namespace clusterwire::notification {
namespace {

constexpr int kTransitions = 3;

void CheckTransitions(const v1::Subscription& subscription, FieldErrors& errors) {
  if (subscription.transitions_size() > kTransitions) {
    errors.Add("subscription.transitions", "must name each transition at most once");
  }
  for (int i = 0; i < subscription.transitions_size(); ++i) {
    const v1::Transition transition = subscription.transitions(i);
    if (transition == v1::TRANSITION_UNSPECIFIED || transition == v1::TRANSITION_CORRECTED ||
        !v1::Transition_IsValid(transition)) {
      errors.Add(absl::StrCat("subscription.transitions[", i, "]"),
                 "must be TRANSITION_ENTERED, TRANSITION_LEFT or TRANSITION_CHANGED");
    }
  }
}

void CheckKinds(const v1::Subscription& subscription, FieldErrors& errors) {
  if (subscription.kinds_size() > kMaxKinds) {
    errors.Add("subscription.kinds", absl::StrCat("must have at most ", kMaxKinds, " kinds, has ",
                                                  subscription.kinds_size()));
    return;
  }
  for (int i = 0; i < subscription.kinds_size(); ++i) {
    const std::string wrong = change::WrongKind(subscription.kinds(i));
    if (!wrong.empty()) errors.Add(absl::StrCat("subscription.kinds[", i, "]"), wrong);
  }
}

// "label" of "label.awarded"; empty of kinds that any type has.
std::string TypeOf(const std::string& kind) {
  return kind == store::kFactsRefreshed ? "" : kind.substr(0, kind.find('.'));
}

// A kind of change happens to one type of resource: beside filter.types of others it never comes.
void CheckKindsOfTypes(const v1::Subscription& subscription, FieldErrors& errors) {
  std::set<std::string> types;
  for (const std::string& type : subscription.filter().types()) {
    types.insert(absl::AsciiStrToLower(type));
  }
  for (int i = 0; i < subscription.kinds_size() && !types.empty(); ++i) {
    const std::string& kind = subscription.kinds(i);
    const std::string type = TypeOf(kind);
    if (!change::KindOf(kind) || type.empty() || types.contains(type)) continue;
    errors.Add(absl::StrCat("subscription.kinds[", i, "]"),
               absl::StrCat("'", kind, "' happens to a ", type, ", and filter.types asks for ",
                            absl::StrJoin(types, ", "), " only"));
  }
}

// Whether a change of that kind can be seen as such a transition: what is new was not there before,
// what is deleted isn't there after. What is published is new to most, but not to who saw the
// draft.
bool CanBe(std::string_view kind, v1::Transition transition) {
  const std::string_view verb = kind.substr(kind.find('.') + 1);
  if (verb == "deleted") return transition == v1::TRANSITION_LEFT;
  const bool is_new = verb == "created" || verb == "awarded" || verb == "undeleted";
  return !is_new || transition == v1::TRANSITION_ENTERED;
}

// Both must hold, so that some kinds and transitions leave nothing to tell of.
void CheckKindsBesideTransitions(const v1::Subscription& subscription, FieldErrors& errors) {
  const auto& kinds = subscription.kinds();
  const auto& transitions = subscription.transitions();
  if (kinds.empty() || transitions.empty()) return;
  const bool some = std::ranges::any_of(kinds, [&](const std::string& kind) {
    return !change::KindOf(kind) || std::ranges::any_of(transitions, [&](int transition) {
      return CanBe(kind, static_cast<v1::Transition>(transition));
    });
  });
  if (some) return;
  errors.Add("subscription.transitions",
             absl::StrCat("never go with ", absl::StrJoin(kinds, ", "),
                          ": what is new has TRANSITION_ENTERED, and what is deleted ",
                          "TRANSITION_LEFT; leave transitions empty"));
}

}  // namespace

void CheckChanges(const v1::Subscription& subscription, FieldErrors& errors) {
  CheckTransitions(subscription, errors);
  CheckKinds(subscription, errors);
  CheckKindsOfTypes(subscription, errors);
  CheckKindsBesideTransitions(subscription, errors);
}

}  // namespace clusterwire::notification
