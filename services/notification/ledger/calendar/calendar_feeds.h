#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "libs/sql/connection.h"
#include "services/notification/ledger/records/records.h"

namespace clusterwire::notification {

// Feeds of subscriptions by their tokens, of which only digests are kept.
class CalendarFeeds {
 public:
  explicit CalendarFeeds(sql::Connection& connection) : connection_(connection) {}

  struct Feed {
    std::string subscription = {};
    int64_t made = 0;  // the subscription, as in PendingDelivery
    absl::Time since = {};
  };

  // Gives the feed this token; the former one is unknown from then on.
  absl::Status Set(const Feed& feed, std::string_view token);
  absl::Status Revoke(std::string_view subscription);
  // None for a token that isn't one, or not any more.
  absl::StatusOr<std::optional<Feed>> Find(std::string_view token);
  // Those of these subscriptions that have one.
  absl::StatusOr<std::vector<Feed>> Of(std::span<const std::string> subscriptions);
  // As Invitations::RemoveUnder().
  absl::Status RemoveUnder(std::string_view name);

  // The newest record of each event, registration to one and call that the subscription matched,
  // those that it matched last in front: at most `most` of them.
  struct Events {
    std::vector<KeptRecord> newest;
    bool cut = false;  // there may be more
  };
  absl::StatusOr<Events> MatchedEvents(std::string_view subscription, int64_t made, size_t most);

  static constexpr int kPage = 1000;  // deliveries in one question
  static constexpr int kPages = 20;   // then it is cut

 private:
  sql::Connection& connection_;
};

}  // namespace clusterwire::notification
