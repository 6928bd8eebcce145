#include "services/notification/resources/subscribers/subscription_rules.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

#include "libs/base/status/error.h"
#include "libs/base/time/clock.h"
#include "libs/change/record.h"
#include "libs/resource/name.h"
#include "libs/store/registry.h"
#include "libs/store/resource.h"
#include "services/notification/resources/subscribers/endpoint_rules.h"

namespace clusterwire::notification {
namespace {

constexpr size_t kMaxTitle = 200;
constexpr int kTransitions = 3;

void CheckTransitions(const v1::Subscription& subscription, FieldErrors& errors) {
  if (subscription.transitions_size() > kTransitions) {
    errors.Add("subscription.transitions", "must name each transition at most once");
  }
  for (int i = 0; i < subscription.transitions_size(); ++i) {
    const v1::Transition transition = subscription.transitions(i);
    if (transition == v1::TRANSITION_UNSPECIFIED || !v1::Transition_IsValid(transition)) {
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
    if (change::KindOf(subscription.kinds(i))) continue;
    errors.Add(absl::StrCat("subscription.kinds[", i, "]"),
               absl::StrCat("'", subscription.kinds(i),
                            "' is no kind of change; \"label.awarded\" "
                            "is one, change_kind.proto has them all"));
  }
}

// An endpoint of the same subscriber, or none. An error that is no violation ends the check.
absl::Status CheckEndpoint(const store::Reader& reader, const v1::Subscription& subscription,
                           FieldErrors& errors) {
  const std::string& endpoint = subscription.endpoint();
  if (endpoint.empty()) return absl::OkStatus();
  if (!kEndpointName.Matches(endpoint) ||
      store::RootOf(endpoint) != store::RootOf(subscription.name())) {
    errors.Add("subscription.endpoint",
               absl::StrCat("must be an endpoint of the same subscriber, as ",
                            InboxNameOf(store::RootOf(subscription.name()))));
    return absl::OkStatus();
  }
  v1::Endpoint known;
  const absl::Status found = LoadEndpoint(reader, endpoint, &known);
  if (!absl::IsNotFound(found)) return found;
  errors.Add("subscription.endpoint",
             absl::StrCat(endpoint, " does not exist: create it first, or use the inbox"));
  return absl::OkStatus();
}

absl::Status Check(const v1::Subscription*, const v1::Subscription& subscription,
                   const resource::Context& context, FieldErrors& errors) {
  resource::CheckText(errors, "subscription.title", subscription.title(), 1, kMaxTitle);
  CheckTransitions(subscription, errors);
  CheckKinds(subscription, errors);
  if (subscription.state() != v1::Subscription::STATE_UNSPECIFIED &&
      subscription.state() != v1::Subscription::STATE_ACTIVE &&
      subscription.state() != v1::Subscription::STATE_PAUSED) {
    errors.Add("subscription.state", "must be STATE_ACTIVE or STATE_PAUSED");
  }
  RETURN_IF_ERROR(CheckEndpoint(context.reader, subscription, errors));
  const auto predicate = CompileSubscription(subscription);
  if (!absl::IsInvalidArgument(predicate.status())) return predicate.status();
  errors.AddAll("", predicate.status());
  return absl::OkStatus();
}

void Settle(const resource::Context&, v1::Subscription* subscription) {
  if (subscription->state() == v1::Subscription::STATE_UNSPECIFIED) {
    subscription->set_state(v1::Subscription::STATE_ACTIVE);
  }
}

// The state that holds here: a filter that this release can't read is not used.
void ShowHeld(v1::Subscription* subscription) {
  if (subscription->state() != v1::Subscription::STATE_ACTIVE) return;
  const auto predicate = CompileSubscription(*subscription);
  if (predicate.ok()) return;
  subscription->set_state(v1::Subscription::STATE_HELD);
  subscription->set_state_reason(std::string(predicate.status().message()));
}

}  // namespace

absl::StatusOr<filter::Predicate> CompileSubscription(const v1::Subscription& subscription) {
  return filter::Predicate::Compile(subscription.filter(), filter::Viewer::Public(),
                                    {.allow_prefix_words = false, .path = "subscription.filter"});
}

int64_t WhenMade(const v1::Subscription& subscription) {
  return absl::ToUnixMicros(ToTime(subscription.create_time()));
}

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

store::ResourceType SubscriptionType() {
  return store::MakeType<v1::Subscription>("subscription",
                                           std::string(kSubscriptionName.pattern()));
}

Subscriptions::Subscriptions(store::Store& store, Random& random)
    : Resources(store, NotificationService(),
                {.type = "subscription",
                 .collection = "subscriptions",
                 .parent = kSubscriberName.pattern(),
                 .output_only = {"state_reason"},
                 .random_ids = &random,
                 .check = &Check,
                 .settle = &Settle,
                 .show = &ShowHeld,
                 .purge = true,
                 .most_of_a_parent = kMaxSubscriptions}) {}

}  // namespace clusterwire::notification
