#include "services/notification/resources/subscribers/subscription_rules.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include "libs/base/status/error.h"
#include "libs/base/text/strings.h"
#include "libs/base/time/clock.h"
#include "libs/change/record.h"
#include "libs/change/vocabulary.h"
#include "libs/match/matcher.h"
#include "libs/resource/name.h"
#include "libs/store/registry.h"
#include "libs/store/resource.h"
#include "services/notification/resources/subscribers/consent_rules.h"
#include "services/notification/resources/subscribers/endpoint_rules.h"
#include "services/notification/resources/subscribers/schedule.h"
#include "services/notification/resources/subscribers/subscription_changes.h"

namespace clusterwire::notification {
namespace {

constexpr size_t kMaxTitle = 200;

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
  if (found.ok() && IsDigest(subscription.schedule()) && !known.has_email()) {
    errors.Add("subscription.schedule.frequency",
               absl::StrCat("digests are mails, and ", endpoint, " is no e-mail address: name an ",
                            "endpoint that is one, or leave the schedule out"));
  }
  if (found.ok() && subscription.calendar() == v1::CALENDAR_MODE_INVITE && !known.has_email()) {
    errors.Add("subscription.calendar",
               absl::StrCat("invitations are mails, and ", endpoint, " is no e-mail address: name ",
                            "an endpoint that is one, or leave it out"));
  }
  if (!absl::IsNotFound(found)) return found;
  errors.Add("subscription.endpoint",
             absl::StrCat(endpoint, " does not exist: create it first, or use the inbox"));
  return absl::OkStatus();
}

void CheckCalendar(const v1::Subscription& subscription, FieldErrors& errors) {
  if (!v1::CalendarMode_IsValid(subscription.calendar())) {
    errors.Add("subscription.calendar",
               "must be CALENDAR_MODE_PUBLISH, CALENDAR_MODE_INVITE or CALENDAR_MODE_NONE");
  } else if (subscription.calendar() == v1::CALENDAR_MODE_INVITE) {
    if (subscription.endpoint().empty()) {
      errors.Add("subscription.calendar",
                 "invitations are mails: name an e-mail endpoint in subscription.endpoint");
    }
    if (IsDigest(subscription.schedule())) {
      errors.Add("subscription.calendar",
                 "a digest can't invite: leave out the schedule, or let it be "
                 "CALENDAR_MODE_PUBLISH");
    }
  }
}

// Whether changes are held against its filter.
bool IsAsked(const v1::Subscription& subscription) {
  return subscription.state() != v1::Subscription::STATE_PAUSED && !subscription.endpoint().empty();
}

bool IsWide(const v1::Subscription& subscription) {
  const auto predicate = CompileSubscription(subscription);
  return predicate.ok() && IsAsked(subscription) && match::IsWide(*predicate);
}

// Each change is held against all wide ones, so there may be only so many, and no subscriber may
// take them all: operators see to theirs themselves.
absl::Status CheckRoomForWide(const v1::Subscription* before, const v1::Subscription& subscription,
                              const resource::Context& context,
                              const Subscriptions::CountWide& count_wide) {
  if (!IsWide(subscription) || (before != nullptr && IsWide(*before))) return absl::OkStatus();
  constexpr std::string_view kNarrow =
      "; narrow it by a type, a name, a code, a kind, a place or a word";
  if (count_wide() >= match::kMaxWide) {
    return Error(absl::StatusCode::kResourceExhausted, "FILTER_TOO_WIDE",
                 absl::StrCat("subscription.filter asks about everything, and ", match::kMaxWide,
                              " such subscriptions are all there may be", ToAbsl(kNarrow)));
  }
  if (context.viewer.operator_) return absl::OkStatus();
  const std::string subscriber(store::RootOf(subscription.name()));
  ASSIGN_OR_RETURN(const auto others,
                   context.reader.Scan(
                       {.type = "subscription", .parent = subscriber, .limit = kMaxSubscriptions}));
  const auto wide = std::ranges::count_if(others, [](const store::Scanned& one) {
    return IsWide(static_cast<const v1::Subscription&>(*one.resource));
  });
  if (wide < kMaxWide) return absl::OkStatus();
  return Error(
      absl::StatusCode::kResourceExhausted, "FILTER_TOO_WIDE",
      absl::StrCat("subscription.filter asks about everything, and ", subscriber, " has ", kMaxWide,
                   " such subscriptions, the most there may be", ToAbsl(kNarrow)));
}

bool HasSameFilter(const v1::Subscription* before, const v1::Subscription& subscription) {
  return before != nullptr &&
         before->filter().SerializeAsString() == subscription.filter().SerializeAsString();
}

// One that stands is not asked for its words again, which another release may have known. One that
// a newer release wrote is held; what stands beside it can be changed all the same.
absl::Status CheckFilter(const v1::Subscription* before, const v1::Subscription& subscription) {
  const bool same = HasSameFilter(before, subscription);
  const absl::Status read =
      CompileSubscription(subscription, filter::Viewer::Public(), same ? nullptr : &change::Words())
          .status();
  return same && ReasonOf(read) == "FILTER_UNKNOWN_FIELDS" ? absl::OkStatus() : read;
}

absl::Status Check(const v1::Subscription* before, const v1::Subscription& subscription,
                   const resource::Context& context, FieldErrors& errors) {
  resource::CheckText(errors, "subscription.title", subscription.title(), 1, kMaxTitle);
  CheckChanges(subscription, errors);
  if (subscription.state() != v1::Subscription::STATE_UNSPECIFIED &&
      subscription.state() != v1::Subscription::STATE_ACTIVE &&
      subscription.state() != v1::Subscription::STATE_PAUSED) {
    errors.Add("subscription.state", "must be STATE_ACTIVE or STATE_PAUSED");
  }
  CheckSchedule(subscription.schedule(), errors);
  CheckCalendar(subscription, errors);
  RETURN_IF_ERROR(CheckEndpoint(context.reader, subscription, errors));
  return errors.AddFrom(CheckFilter(before, subscription));
}

void Note(const v1::Subscription* before, const v1::Subscription& subscription,
          const resource::Context&, resource::Notes& notes) {
  if (subscription.consent().state() == v1::Consent::STATE_WAITING) {
    notes.push_back(
        "consent: nothing that everybody may see is mailed until the owner of the address has "
        "confirmed it; a mail asks for that");
  }
  if (before == nullptr && subscription.endpoint().empty()) {
    notes.push_back("endpoint: none, so this is a saved search and sends nothing");
  }
  // Only a right lets anybody see them, and whether there is one by then isn't known now.
  const auto& states = subscription.filter().states();
  if (before == nullptr && !states.empty() &&
      std::ranges::all_of(states, [](const auto& state) { return state == "draft"; })) {
    notes.push_back(
        "filter.states: drafts are told to those alone whom a grant lets see them, on the cluster "
        "or on the programme that they belong to");
  }
  const std::string unknown = NoteOnUnknown(subscription.filter());
  if (!HasSameFilter(before, subscription) && !unknown.empty()) notes.push_back(unknown);
}

void Settle(const resource::Context& context, v1::Subscription* subscription) {
  if (subscription->state() == v1::Subscription::STATE_UNSPECIFIED) {
    subscription->set_state(v1::Subscription::STATE_ACTIVE);
  }
  SettleConsent(context, subscription);
}

// That it is held isn't for a caller to say: one who sends back what was read leaves it as it is.
absl::Status KeepHeld(const v1::Subscription& before, v1::Subscription* next) {
  if (next->state() == v1::Subscription::STATE_HELD) next->set_state(before.state());
  return absl::OkStatus();
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

absl::StatusOr<filter::Predicate> CompileSubscription(const v1::Subscription& subscription,
                                                      const filter::Viewer& viewer,
                                                      const filter::Vocabulary* vocabulary) {
  return CompileSubscription(subscription, std::make_shared<const filter::Viewer>(viewer),
                             vocabulary);
}

absl::StatusOr<filter::Predicate> CompileSubscription(const v1::Subscription& subscription,
                                                      std::shared_ptr<const filter::Viewer> viewer,
                                                      const filter::Vocabulary* vocabulary) {
  return filter::Predicate::Compile(
      subscription.filter(), std::move(viewer),
      {.allow_prefix_words = false, .path = "subscription.filter", .vocabulary = vocabulary});
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

std::string NoteOnUnknown(const filter::Filter& filter) {
  const std::vector<std::string> unknown = filter::UnknownValues(filter, change::Words());
  if (unknown.empty()) return "";
  return absl::StrCat(
      "filter: whether there are such codes, levels and programmes isn't known here, since their ",
      "lists are the catalogue's: ", absl::StrJoin(unknown, ", "),
      ". Its SearchService/Search with the same filter shows what matches now");
}

std::string_view WhyUnwanted(const v1::Subscription& subscription, filter::Transition transition,
                             std::string_view kind, bool quiet) {
  if (transition == filter::Transition::kNone) return "the filter doesn't match";
  if (quiet && !subscription.include_quiet()) {
    return "the change is a quiet one, an import or a recomputation, and include_quiet isn't set";
  }
  const auto& kinds = subscription.kinds();
  const bool named = std::ranges::find(kinds, kind) != kinds.end();
  if (!kinds.empty() && !named) return "the kind of the change is none of its kinds";

  const auto& transitions = subscription.transitions();
  if (!transitions.empty() &&
      std::ranges::find(transitions, ToProto(transition)) == transitions.end()) {
    return "how the change relates to the filter is none of its transitions";
  }
  // That what can be said of a resource was computed anew is no news by itself.
  const bool unasked_refresh = kind == store::kFactsRefreshed && !named;
  if (unasked_refresh && transition == filter::Transition::kChanged) {
    return "that facts were computed anew is told where something begins or ceases to match, or "
           "where kinds name facts.refreshed";
  }
  return "";
}

store::ResourceType SubscriptionType() {
  return store::MakeType<v1::Subscription>("subscription",
                                           std::string(kSubscriptionName.pattern()));
}

Subscriptions::Subscriptions(store::Store& store, Random& random, CountWide count_wide)
    : Resources(
          store, NotificationService(),
          {.type = "subscription",
           .collection = "subscriptions",
           .parent = kSubscriberName.pattern(),
           .output_only = {"consent", "state_reason"},
           .random_ids = &random,
           .check = [count_wide = std::move(count_wide)](
                        const v1::Subscription* before, const v1::Subscription& subscription,
                        const resource::Context& context, FieldErrors& errors) -> absl::Status {
             RETURN_IF_ERROR(Check(before, subscription, context, errors));
             if (!errors.empty()) return absl::OkStatus();
             return CheckRoomForWide(before, subscription, context, count_wide);
           },
           .correct = &KeepHeld,
           .settle = &Settle,
           .note = &Note,
           .show = &ShowHeld,
           .purge = true,
           .most_of_a_parent = kMaxSubscriptions}) {}

absl::StatusOr<v1::Subscription> Subscriptions::Say(const filter::Viewer& viewer,
                                                    const std::string& name, int64_t made,
                                                    v1::Consent::State state, absl::Time asked) {
  WriteCall call{.viewer = filter::Viewer::Operator()};
  call.store.caller = viewer.subject.empty() ? "pages" : viewer.subject;
  std::string_view kind = "subscription.consent_asked";
  if (state == v1::Consent::STATE_GIVEN) kind = "subscription.consent_given";
  if (state == v1::Consent::STATE_WITHDRAWN) kind = "subscription.consent_withdrawn";
  const auto say = [&](const resource::Context& context, v1::Subscription* next) -> absl::Status {
    if (WhenMade(*next) != made) return NotFoundError(name);
    const v1::Consent::State stands = next->consent().state();
    if (!next->has_consent() || stands == state) return absl::OkStatus();
    const bool withdrawn = stands == v1::Consent::STATE_WITHDRAWN;
    switch (state) {
      case v1::Consent::STATE_GIVEN:
        if (withdrawn && ToTime(next->consent().time()) >= asked) return absl::OkStatus();
        GiveConsent(context.now, next);
        break;
      case v1::Consent::STATE_WITHDRAWN:
        WithdrawConsent(context.now, next);
        break;
      default:
        if (withdrawn) AskForConsent(viewer, context.now, next);
    }
    return absl::OkStatus();
  };
  return Modify(call, name, "", kind, say);
}

}  // namespace clusterwire::notification
