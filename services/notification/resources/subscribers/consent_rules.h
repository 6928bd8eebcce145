#pragma once

#include <string>
#include <string_view>

#include "absl/time/time.h"

#include "clusterwire/notification/v1/subscriber.pb.h"
#include "clusterwire/notification/v1/subscription.pb.h"

#include "services/notification/resources/subscribers/access.h"

// What the owner of an address said, as it stands in endpoints and subscriptions.
namespace clusterwire::notification {

// How long an ask can be answered.
inline constexpr absl::Duration kAskLife = absl::Hours(7 * 24);

// How long after one the next is asked for.
inline constexpr absl::Duration kAskPause = absl::Hours(24);

// Whether what goes there needs consent: a mailbox.
inline bool NeedsConsent(const v1::Endpoint& endpoint) { return endpoint.has_email(); }
// Whether the owner of the address confirmed it.
inline bool IsConfirmed(const v1::Endpoint& endpoint) { return endpoint.email().has_verify_time(); }
// An address that is asked for at `time`, by a call or by the sign-up page.
void AskForAddress(const filter::Viewer& viewer, absl::Time time, v1::Endpoint* endpoint);

// What follows for the consent from a subscription that is written: one that its own subscriber
// makes or changes is consented to, if the address is confirmed; what anybody else makes, or asks
// other things of, waits for its owner. What was withdrawn stays so.
void SettleConsent(const resource::Context& context, v1::Subscription* subscription);
// Gives, withdraws or asks for consent, at `time`.
void GiveConsent(absl::Time time, v1::Subscription* subscription);
void WithdrawConsent(absl::Time time, v1::Subscription* subscription);
void AskForConsent(const filter::Viewer& viewer, absl::Time time, v1::Subscription* subscription);

}  // namespace clusterwire::notification
