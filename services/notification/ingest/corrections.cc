#include "services/notification/ingest/corrections.h"

#include <memory>
#include <string>

#include "libs/base/status/error.h"
#include "libs/filter/predicate.h"
#include "services/notification/channels/calendar/calendar_part.h"
#include "services/notification/channels/calendar/entry.h"
#include "services/notification/ledger/calendar/invitations.h"
#include "services/notification/resources/subscribers/subscription_rules.h"

namespace clusterwire::notification {
namespace {

// Whether it was what changes now that invited. Somebody's registration is of no concern to who was
// invited to the event itself.
bool IsBy(const Invitation& invitation, const change::v1::ResourceChanged& change) {
  if (!invitation.resource.empty()) return invitation.resource == change.name();
  return change.name() == change.root();  // an earlier release didn't note it
}

// Whether an invitation says something else than the event is after the change, for its viewer.
bool IsWrong(const Invitation& invitation, const change::v1::ResourceChanged& change,
             const filter::Viewer& viewer) {
  if (!change.has_after() || !filter::Sees(viewer, change.after())) return !invitation.cancelled;
  const type::v1::Calendar& calendar = change.after().calendar();
  const bool cancelled =
      calendar.status() == type::v1::Calendar::STATUS_CANCELLED || calendar.start().empty();
  return calendar.sequence() > invitation.version || cancelled != invitation.cancelled;
}

}  // namespace

absl::StatusOr<std::vector<Correction>> CorrectionsOf(sql::Connection& connection,
                                                      const Interests& interests,
                                                      const change::v1::ResourceChanged& change,
                                                      const std::set<std::string_view>& matched) {
  std::vector<Correction> corrections;
  const std::string uid = UidOf(change);
  if (uid.empty()) return corrections;
  ASSIGN_OR_RETURN(const std::vector<Invited> invited, Invitations(connection).Of(uid));
  for (const Invited& one : invited) {
    if (matched.contains(one.subscription)) continue;
    const std::shared_ptr<const Interest> interest = interests.Find(one.subscription);
    if (interest == nullptr) continue;
    const v1::Subscription& subscription = interest->subscription;
    if (WhenMade(subscription) == one.made && subscription.endpoint() == one.endpoint &&
        IsBy(one.invitation, change) && WantsCorrections(subscription, one.invitation) &&
        IsWrong(one.invitation, change, interest->viewer)) {
      corrections.push_back({one.subscription, one.made, one.endpoint});
    }
  }
  return corrections;
}

absl::Status ExpectInvitations(sql::Connection& connection, const Interests& interests,
                               const KeptRecord& record,
                               std::span<const PendingDelivery> deliveries) {
  const std::string uid = UidOf(record.change);
  if (uid.empty()) return absl::OkStatus();
  std::vector<PendingDelivery> inviting;
  for (const PendingDelivery& delivery : deliveries) {
    const std::shared_ptr<const Interest> interest = interests.Find(delivery.subscription);
    if (interest != nullptr && interest->subscription.calendar() == v1::CALENDAR_MODE_INVITE) {
      inviting.push_back(delivery);
    }
  }
  const change::v1::ResourceChanged& change = record.change;
  return Invitations(connection)
      .Expect(inviting, uid, change.name(),
              EndOf(change.has_after() ? change.after() : change.before()));
}

}  // namespace clusterwire::notification
