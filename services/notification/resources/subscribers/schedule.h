#pragma once

#include <optional>

#include "absl/time/time.h"

#include "clusterwire/notification/v1/subscriber.pb.h"
#include "clusterwire/notification/v1/subscription.pb.h"

#include "libs/base/status/error.h"

// When mails come: a reader's local hours as moments. Pure.
namespace clusterwire::notification {

// Whether mails come gathered, and not one by one.
bool IsDigest(const v1::Schedule& schedule);
// Adds what is wrong with it, under "subscription.schedule".
void CheckSchedule(const v1::Schedule& schedule, FieldErrors& errors);

// Adds what is wrong with them, under "subscriber.quiet_hours".
void CheckQuietHours(const v1::QuietHours& hours, FieldErrors& errors);

// The subscriber's zone; Europe/Brussels where they name none, or there is no subscriber any more.
absl::TimeZone ZoneOf(const v1::Subscriber* subscriber);

// The moments at which digests of this schedule come: the first one behind `moment`, and the last
// one up to it. `schedule` is one of digests.
absl::Time NextDigest(const v1::Schedule& schedule, const absl::TimeZone& zone, absl::Time moment);
absl::Time LastDigest(const v1::Schedule& schedule, const absl::TimeZone& zone, absl::Time moment);

// When the quiet hours that `moment` lies in end; nothing when it lies in none.
std::optional<absl::Time> QuietUntil(const v1::QuietHours& hours, const absl::TimeZone& zone,
                                     absl::Time moment);

// The first moment of the day that `moment` falls on.
absl::Time DayBegan(absl::Time moment, const absl::TimeZone& zone);
// The first moment of the day after it.
absl::Time DayEnds(absl::Time moment, const absl::TimeZone& zone);

}  // namespace clusterwire::notification
