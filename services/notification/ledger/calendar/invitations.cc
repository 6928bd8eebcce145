#include "services/notification/ledger/calendar/invitations.h"

#include <utility>

#include "absl/strings/str_cat.h"

#include "libs/base/status/error.h"
#include "libs/base/text/strings.h"

namespace clusterwire::notification {
namespace {

// `first`: where its columns begin, in this order.
constexpr std::string_view kColumns = "resource, version, sequence, cancelled, ends";
Invitation InvitationFrom(const sql::Row& row, int first, const std::string& uid) {
  return {.uid = uid,
          .resource = row.Text(first),
          .version = row.Int(first + 1),
          .sequence = row.Int(first + 2),
          .cancelled = row.Int(first + 3) != 0,
          .ends = absl::FromUnixMicros(row.Int(first + 4))};
}

}  // namespace

absl::Status Invitations::Expect(std::span<const PendingDelivery> deliveries,
                                 const std::string& uid, const std::string& resource,
                                 absl::Time ends) {
  for (const PendingDelivery& delivery : deliveries) {
    RETURN_IF_ERROR(connection_.Execute(
        "INSERT INTO invitation (subscription, uid, endpoint, made, version, sequence, cancelled,"
        " ends, resource) VALUES ($1, $2, $3, $4, -1, -1, 0, $5, $6)"
        " ON CONFLICT (subscription, uid) DO UPDATE SET endpoint = excluded.endpoint,"
        " made = excluded.made, version = -1, sequence = -1, cancelled = 0, ends = excluded.ends,"
        " resource = excluded.resource WHERE invitation.endpoint <> excluded.endpoint"
        " OR invitation.made <> excluded.made"
        // Of an event and a registration to it that are both still to be told, the event invites.
        " OR (invitation.sequence < 0 AND SUBSTR(invitation.resource, 1,"
        " LENGTH(excluded.resource) + 1) = excluded.resource || '/')",
        {delivery.subscription, uid, delivery.endpoint, delivery.subscription_made,
         absl::ToUnixMicros(ends), resource}));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<Invited>> Invitations::Of(std::string_view uid) {
  ASSIGN_OR_RETURN(
      const sql::Result found,
      connection_.Query(absl::StrCat("SELECT subscription, made, endpoint, ", ToAbsl(kColumns),
                                     " FROM invitation WHERE uid = $1"
                                     " ORDER BY subscription"),
                        {uid}));
  std::vector<Invited> invited;
  invited.reserve(found.rows.size());
  for (const sql::Row& row : found.rows) {
    invited.push_back({.subscription = row.Text(0),
                       .made = row.Int(1),
                       .endpoint = row.Text(2),
                       .invitation = InvitationFrom(row, 3, std::string(uid))});
  }
  return invited;
}

absl::StatusOr<Invitation> Invitations::At(std::span<const std::string> endpoints,
                                           const std::string& uid) {
  Invitation newest = {.uid = uid};
  for (const std::string& endpoint : endpoints) {
    ASSIGN_OR_RETURN(const sql::Result found,
                     connection_.Query(absl::StrCat("SELECT ", ToAbsl(kColumns),
                                                    " FROM invitation"
                                                    " WHERE uid = $1 AND endpoint = $2"
                                                    " ORDER BY sequence DESC LIMIT 1"),
                                       {uid, endpoint}));
    if (found.rows.empty()) continue;
    Invitation there = InvitationFrom(found.rows[0], 0, uid);
    if (there.sequence > newest.sequence) newest = std::move(there);
  }
  return newest;
}

absl::StatusOr<Invitation> Invitations::By(std::string_view subscription, const std::string& uid) {
  ASSIGN_OR_RETURN(const sql::Result found,
                   connection_.Query(absl::StrCat("SELECT ", ToAbsl(kColumns),
                                                  " FROM invitation"
                                                  " WHERE subscription = $1 AND uid = $2"),
                                     {subscription, uid}));
  if (found.rows.empty()) return Invitation{.uid = uid};
  return InvitationFrom(found.rows[0], 0, uid);
}

absl::Status Invitations::SetTold(const PendingDelivery& delivery, const Invitation& invitation) {
  return connection_.Execute(
      "INSERT INTO invitation (subscription, uid, endpoint, made, version, sequence, cancelled,"
      " ends, resource) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"
      " ON CONFLICT (subscription, uid) DO UPDATE SET"
      " endpoint = excluded.endpoint, made = excluded.made, version = excluded.version,"
      " sequence = excluded.sequence, cancelled = excluded.cancelled, ends = excluded.ends,"
      // A name that the new one lies under stays.
      " resource = CASE WHEN SUBSTR(excluded.resource, 1, LENGTH(invitation.resource) + 1)"
      " = invitation.resource || '/' THEN invitation.resource ELSE excluded.resource END"
      " WHERE invitation.sequence <= excluded.sequence OR invitation.endpoint <> excluded.endpoint",
      {delivery.subscription, invitation.uid, delivery.endpoint, delivery.subscription_made,
       invitation.version, invitation.sequence, invitation.cancelled,
       absl::ToUnixMicros(invitation.ends), invitation.resource});
}

absl::Status Invitations::RemoveUnder(std::string_view name) {
  if (name.find("/subscriptions/") != std::string_view::npos) {
    return connection_.Execute("DELETE FROM invitation WHERE subscription = $1", {name});
  }
  if (name.find("/endpoints/") != std::string_view::npos) {
    return connection_.Execute("DELETE FROM invitation WHERE endpoint = $1", {name});
  }
  return connection_.Execute(
      "DELETE FROM invitation WHERE subscription > $1 AND subscription < $2",
      {absl::StrCat(ToAbsl(name), "/"), absl::StrCat(ToAbsl(name), "0")});  // '0' follows '/'
}

absl::StatusOr<int64_t> Invitations::Purge(absl::Time horizon, int limit) {
  ASSIGN_OR_RETURN(
      const sql::Result purged,
      connection_.Query("DELETE FROM invitation WHERE (subscription, uid) IN (SELECT subscription,"
                        " uid FROM invitation WHERE ends < $1 LIMIT $2)",
                        {absl::ToUnixMicros(horizon), limit}));
  return purged.affected;
}

}  // namespace clusterwire::notification
