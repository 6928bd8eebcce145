#include "services/notification/delivery/gates.h"

#include <algorithm>
#include <array>
#include <optional>

#include "absl/strings/str_cat.h"

#include "clusterwire/notification/v1/hold.pb.h"

#include "libs/base/text/strings.h"
#include "libs/base/time/clock.h"
#include "libs/base/time/date.h"
#include "services/notification/channels/calendar/calendar_part.h"
#include "services/notification/channels/notice.h"
#include "services/notification/resources/subscribers/consent_rules.h"
#include "services/notification/resources/subscribers/schedule.h"
#include "services/notification/resources/subscribers/subscription_rules.h"

namespace clusterwire::notification {
namespace {

// Answers that are not those of all that the subscription has: its next one of the name goes on,
// and so does what needs no consent.
constexpr std::string_view kMadeAnew = "the subscription was deleted and made anew";
constexpr std::string_view kNoConsent =
    "the owner of the address has not consented to the subscription";

// Does the subscriber still want it? The subscription must be there and active, and the same that
// matched: the new owner of a name that became free gets nothing of its former one.
GateAnswer AskWanted(const Job& job) {
  if (job.interest == nullptr) return Drop{"the subscription was deleted or paused"};
  const int64_t made = job.delivery.subscription_made;
  if (made != 0 && made != WhenMade(job.interest->subscription)) {
    return Drop{std::string(kMadeAnew)};
  }
  return Go{};
}

// Are its subscriber and its endpoint paused? Not for ever: what has waited too long is told to no
// one.
GateAnswer AskPaused(const Job& job) {
  std::string who;
  if (job.subscriber != nullptr && job.subscriber->has_pause_time()) {
    who = job.subscriber->name();
  } else if (job.endpoint != nullptr && job.endpoint->state() == v1::Endpoint::STATE_PAUSED) {
    who = job.endpoint->name();
  } else {
    return Go{};
  }
  const absl::Time until = job.delivery.created + kLongestPause;
  if (job.now >= until) return Drop{absl::StrCat(who, " is paused, and it has waited for 30 days")};
  return Wait{.until = until, .reason = absl::StrCat(who, " is paused"), .asleep = true};
}

bool Discards(const Job& job) {
  return job.hold->discarding() || job.now >= ToTime(job.hold->expire_time());
}

// Does an operator discard it?
GateAnswer AskDiscarded(const Job& job) {
  if (job.hold == nullptr || !Discards(job)) return Go{};
  return Drop{job.hold->name()};
}

// Does an operator hold it?
GateAnswer AskHeld(const Job& job) {
  if (job.hold == nullptr) return Go{};
  const absl::Time until = ToTime(job.hold->expire_time());
  return Wait{
      .until = until,
      .reason = absl::StrCat(job.hold->name(), " until ",
                             absl::FormatTime(absl::RFC3339_sec, until, absl::UTCTimeZone())),
      .asleep = true};
}

// Is the endpoint there and switched on?
GateAnswer AskEnabled(const Job& job) {
  if (job.endpoint == nullptr) return Drop{"the endpoint was deleted"};
  if (job.endpoint->state() == v1::Endpoint::STATE_DISABLED) {
    return Drop{"the endpoint is switched off"};
  }
  return Go{};
}

// Is its mailbox one that mails may go to?
GateAnswer AskSuppressed(const Job& job) {
  if (job.suppressed.empty()) return Go{};
  return Drop{absl::StrCat("nothing is sent to the mailbox: ", job.suppressed)};
}

// Does the owner of the address want mails? Nothing goes to an unconfirmed address. What
// everybody may see needs consent to this subscription; what is told to few, their own matter, goes
// out unless that was withdrawn, and so does that it is to be taken out of the calendar.
GateAnswer AskConsent(const Job& job) {
  if (!NeedsConsent(*job.endpoint)) return Go{};
  if (!IsConfirmed(*job.endpoint)) return Drop{"the address is not confirmed"};
  const v1::Subscription& subscription = job.interest->subscription;
  const v1::Consent& consent = subscription.consent();
  const bool about_this = consent.endpoint() == job.endpoint->name();
  if (about_this && consent.state() == v1::Consent::STATE_WITHDRAWN) return Drop{"unsubscribed"};
  if (about_this && consent.state() == v1::Consent::STATE_GIVEN) return Go{};
  const bool taken_back = job.hidden && job.delivery.transition == v1::TRANSITION_CORRECTED;
  const bool own_matter = taken_back || (job.record != nullptr && ImageOf(job).has_audience());
  if (own_matter) return Go{};
  return Drop{std::string(kNoConsent)};
}

// May the subscriber see it now? What was hidden since, and what a right is no longer there for,
// must not show in what is sent late. *Left* is told all the same of what was hidden since: every
// channel shows of it the image before alone, and says no more than that it is gone. What isn't for
// everybody is asked of the subscription's own predicate once more, however it was matched. The
// reason doesn't tell which of these it is.
GateAnswer AskAudience(const Job& job) {
  // Of what isn't seen any more it says so much: that it is to be taken out of the calendar.
  if (job.delivery.transition == v1::TRANSITION_CORRECTED) return Go{};
  const Drop unseen{"the subscriber may not see the resource"};
  const bool left = job.delivery.transition == v1::TRANSITION_LEFT;
  if (job.hidden && !left) return unseen;
  if (job.record == nullptr) return Go{};
  const change::v1::ResourceChanged& change = job.record->change;
  if (left ? !change.has_before() : !change.has_after()) return unseen;
  if (ImageOf(job).has_audience() && !job.interest->predicate().Matches(ImageOf(job)))
    return unseen;
  return Go{};
}

// Is it known who may see it? Behind the one before, since what is known to be unseen needn't wait.
GateAnswer AskGrants(const Job& job) {
  if (!job.held_until) return Go{};
  return Wait{.until = *job.held_until,
              .reason = "what is not public waits until it is known who may see it"};
}

// When what the mail would tell of is over; nothing as long as it isn't, or where it has no end.
std::optional<absl::Time> EndOf(const Job& job, const type::v1::Facts& facts) {
  const change::v1::ResourceChanged& change = job.record->change;
  std::string_view last;
  if (change.has_reminder()) {
    last = change.reminder().day();
  } else if (facts.type() == "event") {
    last = facts.period().end().empty() ? facts.period().start() : facts.period().end();
  }
  const absl::StatusOr<DayRange> days = ParseDate(last);
  if (!days.ok()) return std::nullopt;
  const absl::TimeZone zone = ZoneOf(job.subscriber.get());
  return absl::FromCivil(absl::CivilDay(days->last) + 1, zone);
}

// Is it still ahead, for a reader of mails, if it was when it happened? What was held, or brought
// back, may come to its turn late.
GateAnswer AskPast(const Job& job) {
  if (job.record == nullptr || job.endpoint == nullptr || !job.endpoint->has_email()) return Go{};
  const bool left = job.delivery.transition == v1::TRANSITION_LEFT ||
                    job.delivery.transition == v1::TRANSITION_CORRECTED;
  if (job.latest != nullptr && !job.latest->change.has_after() && !left) {
    return Drop{"the resource was deleted since"};
  }
  const std::optional<absl::Time> end = EndOf(job, ImageOf(job));
  const change::v1::ResourceChanged& change = job.record->change;
  const absl::Time happened = change.has_time()
                                  ? std::min(ToTime(change.time()), job.record->received)
                                  : job.record->received;
  if (!end || happened >= *end || job.now < *end) return Go{};
  return Drop{absl::StrCat(change.has_reminder() ? "the day was " : "it was over after ",
                           FormatDay(absl::ToCivilDay(*end, ZoneOf(job.subscriber.get())) - 1))};
}

// Is there something to correct in the calendar, where the delivery is for nothing else?
GateAnswer AskCalendar(const Job& job) {
  if (job.delivery.transition != v1::TRANSITION_CORRECTED) return Go{};
  if (job.invitation_unread) return Wait{.reason = "what went out before isn't read yet"};
  if (!job.invitation || !job.invitation->told()) return Drop{"no invitation went out before"};
  if (!InvitationBy(job)) return Drop{"what went out before is still right"};
  return Go{};
}

// Is it known what is missing before it? Who asks without the ledger leaves it to who has that.
GateAnswer AskGap(const Job& job) {
  if (!job.gap_unread) return Go{};
  return Wait{.reason = "what was given up before it is read first"};
}

constexpr Gate kGates[] = {{"wanted", AskWanted},
                           {"paused", AskPaused},
                           {"discarded", AskDiscarded},
                           {"held", AskHeld},
                           {"enabled", AskEnabled},
                           {"consent", AskConsent},
                           {"suppressed", AskSuppressed},
                           {"audience", AskAudience},
                           {"grants", AskGrants},
                           {"calendar", AskCalendar},
                           {"past", AskPast},
                           {"gap", AskGap}};

}  // namespace

GateAnswer AskGates(const Job& job) {
  for (const Gate& gate : kGates) {
    GateAnswer answer = gate.ask(job);
    if (auto* wait = std::get_if<Wait>(&answer)) {
      wait->reason = absl::StrCat(ToAbsl(gate.name), ": ", wait->reason);
      return answer;
    }
    if (auto* drop = std::get_if<Drop>(&answer)) {
      drop->reason = absl::StrCat(ToAbsl(gate.name), ": ", drop->reason);
      return answer;
    }
  }
  return Go{};
}

bool IsOfSubscription(std::string_view reason) {
  const bool of_all =
      std::ranges::any_of(std::array{"wanted: ", "enabled: ", "suppressed: ", "consent: "},
                          [&](std::string_view gate) { return reason.starts_with(gate); });
  return of_all && !reason.ends_with(kMadeAnew) && !reason.ends_with(kNoConsent);
}

std::vector<Asked> AskEachGate(const Job& job) {
  std::vector<Asked> asked;
  for (const Gate& gate : kGates) {
    asked.push_back({gate.name, gate.ask(job)});
    if (std::holds_alternative<Drop>(asked.back().answer)) break;
  }
  return asked;
}

}  // namespace clusterwire::notification
