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

#include "clusterwire/notification/v1/delivery.pb.h"
#include "clusterwire/notification/v1/subscription.pb.h"

#include "libs/sql/connection.h"

namespace clusterwire::notification {

// "deliveries/…": the same for the same subscription and change, everywhere and always.
std::string DeliveryName(std::string_view subscription, std::string_view change_id);

// A delivery that is to be handed over.
struct PendingDelivery {
  std::string name = {};
  std::string change_id = {};
  std::string root = {};  // of the resource that changed: order holds within it
  std::string subscription = {};
  // Its create_time in microseconds, since the name may have been given anew; 0: not known.
  int64_t subscription_made = 0;
  std::string endpoint = {};
  v1::Transition transition = v1::TRANSITION_UNSPECIFIED;
  int attempts = 0;
  absl::Time created = {};  // with `name` the order in which deliveries are made
  absl::Time due = {};
  // When ingest wrote it, of a record that is the newest of its resource; InfinitePast for what is
  // read from the ledger.
  absl::Time offered = absl::InfinitePast();
};

enum class EndpointHealth { kUnknown, kGood, kBad };

// What a try, or a gate in its place, came to, and what it says about the endpoint.
struct DeliveryResult {
  std::string delivery = {};
  v1::Delivery::State state = v1::Delivery::STATE_PENDING;
  std::string reason = {};
  absl::Time time = {};
  absl::Time due = {};                      // with STATE_PENDING: the next try
  std::optional<v1::Attempt> attempt = {};  // numbered; none when no try was made
  EndpointHealth health = EndpointHealth::kUnknown;
  absl::Time retry_after = absl::InfinitePast();  // until then it asked to be left alone
  bool disable_endpoint = false;
};

// How a delivery stands at the moment of a try.
struct Standing {
  bool pending = false;  // false too when it was purged
  bool hidden = false;   // the public no longer sees the resource
};

// Where in a list an item stands that is listed newest first.
struct PageKey {
  int64_t unix_micros = 0;
  std::string name = {};
};

struct DeliveryQuery {
  std::string parent = {};    // a subscription or a subscriber; these four may be empty
  std::string change = {};    // a ce_id
  std::string resource = {};  // a name
  v1::Delivery::State state = v1::Delivery::STATE_UNSPECIFIED;
  std::optional<PageKey> after = {};  // of the last one of the page before; none: from the newest
  int limit = 50;
};
PageKey PageKeyOf(const v1::Delivery& delivery);

// One row for each change and each subscription that it matched, and each try to hand it over.
class Deliveries {
 public:
  explicit Deliveries(sql::Connection& connection) : connection_(connection) {}

  // Rows that are there already stay as they are. A reason given in `suppressed` makes them
  // suppressed from the start.
  absl::Status Insert(std::span<const PendingDelivery> deliveries, std::string_view suppressed);
  // May be repeated. What is not pending any more, or purged, stays as it is.
  absl::Status SetResult(const DeliveryResult& result);

  // Names of endpoints above `after`, in order.
  absl::StatusOr<std::vector<std::string>> EndpointsWithPending(std::string_view after, int limit);
  // Oldest first.
  absl::StatusOr<std::vector<PendingDelivery>> Pending(std::string_view endpoint, int limit);
  absl::StatusOr<Standing> StandingOf(std::string_view name);

  absl::StatusOr<v1::Delivery> Get(std::string_view name);
  // Newest first.
  absl::StatusOr<std::vector<v1::Delivery>> List(const DeliveryQuery& query);
  // Oldest first; NOT_FOUND when there is no such delivery.
  absl::StatusOr<std::vector<v1::Attempt>> Attempts(std::string_view name);

 private:
  sql::Connection& connection_;
};

}  // namespace clusterwire::notification
