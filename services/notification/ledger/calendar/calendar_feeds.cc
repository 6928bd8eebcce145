#include "services/notification/ledger/calendar/calendar_feeds.h"

#include <set>

#include "absl/strings/str_cat.h"

#include "libs/base/crypto.h"
#include "libs/base/status/error.h"
#include "libs/base/text/strings.h"

namespace clusterwire::notification {

absl::Status CalendarFeeds::Set(const Feed& feed, std::string_view token) {
  return connection_.Execute(
      "INSERT INTO calendar_feed (subscription, made, token, since) VALUES ($1, $2, $3, $4)"
      " ON CONFLICT (subscription) DO UPDATE SET made = excluded.made, token = excluded.token,"
      " since = excluded.since",
      {feed.subscription, feed.made, sql::Bytes{Sha256(token)}, absl::ToUnixMicros(feed.since)});
}

absl::Status CalendarFeeds::Revoke(std::string_view subscription) {
  return connection_.Execute("DELETE FROM calendar_feed WHERE subscription = $1", {subscription});
}

absl::StatusOr<std::optional<CalendarFeeds::Feed>> CalendarFeeds::Find(std::string_view token) {
  ASSIGN_OR_RETURN(
      const sql::Result found,
      connection_.Query("SELECT subscription, made, since FROM calendar_feed WHERE token = $1",
                        {sql::Bytes{Sha256(token)}}));
  if (found.rows.empty()) return std::nullopt;
  const sql::Row& row = found.rows[0];
  return Feed{
      .subscription = row.Text(0), .made = row.Int(1), .since = absl::FromUnixMicros(row.Int(2))};
}

absl::StatusOr<std::vector<CalendarFeeds::Feed>> CalendarFeeds::Of(
    std::span<const std::string> subscriptions) {
  std::vector<Feed> feeds;
  for (const std::string& subscription : subscriptions) {
    ASSIGN_OR_RETURN(
        const sql::Result found,
        connection_.Query("SELECT made, since FROM calendar_feed WHERE subscription = $1",
                          {subscription}));
    if (found.rows.empty()) continue;
    const sql::Row& row = found.rows[0];
    feeds.push_back({.subscription = subscription,
                     .made = row.Int(0),
                     .since = absl::FromUnixMicros(row.Int(1))});
  }
  return feeds;
}

absl::Status CalendarFeeds::RemoveUnder(std::string_view name) {
  if (name.find("/subscriptions/") != std::string_view::npos) return Revoke(name);
  if (name.find("/endpoints/") != std::string_view::npos) return absl::OkStatus();
  return connection_.Execute(
      "DELETE FROM calendar_feed WHERE subscription > $1 AND subscription < $2",
      {absl::StrCat(ToAbsl(name), "/"), absl::StrCat(ToAbsl(name), "0")});  // '0' follows '/'
}

absl::StatusOr<CalendarFeeds::Events> CalendarFeeds::MatchedEvents(std::string_view subscription,
                                                                   int64_t made, size_t most) {
  Events events;
  std::set<std::string> names;
  sql::Value sequence = INT64_MAX;
  sql::Value id = "";
  for (int page = 0; page < kPages; ++page) {
    ASSIGN_OR_RETURN(const sql::Result found,
                     connection_.Query(
                         "SELECT d.sequence, d.id, r.name, d.subscription_made FROM (SELECT"
                         " sequence, id, change_id, subscription_made FROM delivery"
                         " WHERE subscription = $1 AND (sequence, id) < ($2, $3)"
                         " ORDER BY sequence DESC, id DESC LIMIT $4) d"
                         " JOIN record r ON r.id = d.change_id ORDER BY d.sequence DESC, d.id DESC",
                         {subscription, sequence, id, kPage}));
    if (found.rows.empty()) return events;
    for (const sql::Row& row : found.rows) {
      sequence = row.Int(0);
      id = row.Text(1);
      const std::string name = row.Text(2);
      const bool entered = name.starts_with("events/") || name.starts_with("calls/");
      if (!entered || row.Int(3) != made || !names.insert(name).second) continue;
      if (events.newest.size() >= most) {
        events.cut = true;
        return events;
      }
      ASSIGN_OR_RETURN(const sql::Result newest,
                       connection_.Query("SELECT r.id FROM newest_record n JOIN record r ON"
                                         " r.history = n.history AND r.revision = n.revision"
                                         " AND r.ordinal = n.ordinal WHERE n.name = $1",
                                         {name}));
      if (newest.rows.empty()) continue;
      absl::StatusOr<KeptRecord> record = Records(connection_).Load(newest.rows[0].Text(0));
      if (absl::IsDataLoss(record.status())) continue;
      RETURN_IF_ERROR(record.status());
      events.newest.push_back(*std::move(record));
    }
  }
  events.cut = true;
  return events;
}

}  // namespace clusterwire::notification
