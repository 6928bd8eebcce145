#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "services/notification/ledger/deliveries/deliveries.h"

namespace clusterwire::notification {

// What sending again asks of the ledger.
class Replays {
 public:
  explicit Replays(sql::Connection& connection) : connection_(connection) {}

  struct Change {
    std::string id;
    absl::Time received;
  };
  // Closed records that arrived from `from` to before `until`, by that time and their ids, behind
  // the change `after` where it isn't empty.
  absl::StatusOr<std::vector<Change>> Changes(absl::Time from, std::string_view after,
                                              absl::Time until, int limit);

  enum class Found {
    kNone,       // there is no such delivery
    kPending,    // as are those that were superseded, or tried too often: nothing to be done
    kDelivered,  // by itself, or merged in another's mail
    kEnded,      // given up or suppressed
  };
  // `kept_at`: an endpoint that keeps what it got, so that it isn't handed over there again.
  absl::StatusOr<Found> Find(std::string_view delivery, std::string_view kept_at);
  // Makes one that has ended pending, as `to` says where it goes.
  absl::Status Repeat(const PendingDelivery& to, absl::Time now);
  // Adds one that hadn't matched; it counts as matched.
  absl::Status Add(const PendingDelivery& delivery);

 private:
  sql::Connection& connection_;
};

}  // namespace clusterwire::notification
