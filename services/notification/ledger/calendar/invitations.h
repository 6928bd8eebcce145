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
#include "services/notification/ledger/deliveries/deliveries.h"

namespace clusterwire::notification {

// What the calendar of a reader was told of an event.
struct Invitation {
  std::string uid = {};
  std::string resource = {};  // what invited: the event, or a registration to it
  int64_t version = -1;       // the event's own SEQUENCE that it was told of
  int64_t sequence = -1;      // the SEQUENCE that it was told under
  bool cancelled = false;
  absl::Time ends = absl::UnixEpoch();  // the event is over

  // False: it is on its way.
  bool told() const { return sequence >= 0; }
};

// An invitation by a subscription. `made` and `endpoint` are as in PendingDelivery.
struct Invited {
  std::string subscription = {};
  int64_t made = 0;
  std::string endpoint = {};
  Invitation invitation = {};
};

// Who was invited to which event, or is about to be: so that an event that moves out of a filter
// is corrected with those who were told of it, and no older version is told behind a
// newer one. One row for each subscription and event. The event itself and registrations to it are
// one entry of a calendar: where both invite, the event counts as what did.
class Invitations {
 public:
  explicit Invitations(sql::Connection& connection) : connection_(connection) {}

  // These deliveries, about to be inserted, will invite to the event by the resource. Where the row
  // is of another endpoint or subscription of the name, it begins anew.
  absl::Status Expect(std::span<const PendingDelivery> deliveries, const std::string& uid,
                      const std::string& resource, absl::Time ends);
  // All that there are of an event, by the names of their subscriptions.
  absl::StatusOr<std::vector<Invited>> Of(std::string_view uid);
  // The newest that any of the endpoints was told of the event, by any subscription; one that
  // wasn't told where there is none.
  absl::StatusOr<Invitation> At(std::span<const std::string> endpoints, const std::string& uid);
  // What the subscription told of the event, in the same way.
  absl::StatusOr<Invitation> By(std::string_view subscription, const std::string& uid);
  // The delivery told this.
  absl::Status SetTold(const PendingDelivery& delivery, const Invitation& invitation);

  // What lies under this subscriber, endpoint or subscription, which is gone.
  absl::Status RemoveUnder(std::string_view name);
  // Up to `limit` of events that were over at `horizon`; gives how many.
  absl::StatusOr<int64_t> Purge(absl::Time horizon, int limit);

 private:
  sql::Connection& connection_;
};

}  // namespace clusterwire::notification
