#include "services/notification/resources/subscribers/consent_rules.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

#include "libs/base/crypto.h"
#include "libs/base/time/clock.h"
#include "services/notification/resources/subscribers/endpoint_rules.h"

namespace clusterwire::notification {
namespace {

// What somebody hears of by it, as a digest.
std::string ScopeOf(const v1::Subscription& subscription) {
  v1::Subscription content;
  *content.mutable_filter() = subscription.filter();
  *content.mutable_transitions() = subscription.transitions();
  *content.mutable_kinds() = subscription.kinds();
  content.set_include_quiet(subscription.include_quiet());
  // Entries in a calendar are more than to be told.
  if (subscription.calendar() == v1::CALENDAR_MODE_INVITE) {
    content.set_calendar(v1::CALENDAR_MODE_INVITE);
  }
  constexpr size_t kBytes = 16;
  return Sha256(SerializeDeterministic(content)).substr(0, kBytes);
}

// Whether the call is the subscriber's own: an operator who acts as they do isn't them.
bool IsOwnCall(const filter::Viewer& viewer, std::string_view subscriber) {
  return !viewer.operator_ && !viewer.subject.empty() &&
         std::ranges::find(viewer.members, subscriber) != viewer.members.end();
}

}  // namespace

void AskForAddress(const filter::Viewer& viewer, absl::Time time, v1::Endpoint* endpoint) {
  v1::AddressAsk& ask = *endpoint->mutable_email()->mutable_ask();
  *ask.mutable_time() = ToTimestamp(time);
  *ask.mutable_expire_time() = ToTimestamp(time + kAskLife);
  ask.set_subject(viewer.subject);
  ask.set_network(viewer.network);
}

void SettleConsent(const resource::Context& context, v1::Subscription* subscription) {
  v1::Endpoint endpoint;
  const std::string& name = subscription->endpoint();
  // The check has found it; what the database can't do now ends the write.
  if (!name.empty() && !LoadEndpoint(context.reader, name, &endpoint).ok()) return;
  if (!NeedsConsent(endpoint)) {
    subscription->clear_consent();
    return;
  }
  const std::string scope = ScopeOf(*subscription);
  const v1::Consent& before = subscription->consent();
  if (before.endpoint() == name && before.scope() == scope) return;
  if (before.endpoint() == name && before.state() == v1::Consent::STATE_WITHDRAWN) {
    subscription->mutable_consent()->set_scope(scope);
    return;
  }
  AskForConsent(context.viewer, context.now, subscription);
  if (IsOwnCall(context.viewer, store::RootOf(subscription->name())) && IsConfirmed(endpoint) &&
      !endpoint.email().has_withdraw_time()) {
    GiveConsent(context.now, subscription);
    subscription->mutable_consent()->set_way(v1::Consent::WAY_CALL);
  }
}

void GiveConsent(absl::Time time, v1::Subscription* subscription) {
  v1::Consent& consent = *subscription->mutable_consent();
  consent.set_state(v1::Consent::STATE_GIVEN);
  consent.set_way(v1::Consent::WAY_CONFIRMATION);
  *consent.mutable_time() = ToTimestamp(time);
}

void WithdrawConsent(absl::Time time, v1::Subscription* subscription) {
  v1::Consent& consent = *subscription->mutable_consent();
  consent.set_state(v1::Consent::STATE_WITHDRAWN);
  consent.clear_way();
  *consent.mutable_time() = ToTimestamp(time);
}

void AskForConsent(const filter::Viewer& viewer, absl::Time time, v1::Subscription* subscription) {
  v1::Consent& consent = *subscription->mutable_consent();
  consent.set_state(v1::Consent::STATE_WAITING);
  consent.clear_way();
  consent.set_endpoint(subscription->endpoint());
  *consent.mutable_time() = ToTimestamp(time);
  consent.set_subject(viewer.subject);
  consent.set_network(viewer.network);
  consent.set_scope(ScopeOf(*subscription));
}

}  // namespace clusterwire::notification
