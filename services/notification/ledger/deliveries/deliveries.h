#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
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

inline constexpr int kMostTries = 500;  // that are kept of one delivery

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
  int attempts = 0;      // numbered tries so far
  int tries_before = 0;  // those of them that the schedule doesn't count
  int at_once = 0;       // tries in a row that were followed by the next at once
  int64_t sequence = 0;  // with `name` the order in which they are handed over
  absl::Time created = {};
  // The earliest that the clock has said since: it may have been set back.
  absl::Time known = absl::InfiniteFuture();
  std::string bundle = {};                     // that it carries, or carried once: see bundles.h
  absl::Duration wait = absl::ZeroDuration();  // until its next try, when it was read
  // The uptime at which ingest wrote it, of a record that is the newest of its resource;
  // InfiniteDuration for what is read from the ledger.
  absl::Duration offered = absl::InfiniteDuration();
};

// What a try says about its endpoint: nothing; it took the event; it answered that this event is
// wrong, which is no fault of its own; it failed.
enum class EndpointHealth { kUnknown, kGood, kRefused, kBad };

// What a try says of the mailbox that it went to: that there is none, or that it takes nothing now.
enum class Bounce { kNone, kSoft, kHard };

// What a try, or a gate in its place, came to.
struct DeliveryResult {
  std::string delivery = {};
  v1::Delivery::State state = v1::Delivery::STATE_PENDING;
  std::string reason = {};
  absl::Time time = {};
  absl::Duration uptime = {};                   // of this process, at that time
  absl::Duration pause = absl::ZeroDuration();  // with STATE_PENDING: until the next try
  // As `pause`, but in memory alone: the ledger says that it is due.
  absl::Duration asleep = absl::ZeroDuration();
  std::optional<v1::Attempt> attempt = {};     // numbered; none when no try was made
  absl::Duration took = absl::ZeroDuration();  // with an attempt
  EndpointHealth health = EndpointHealth::kUnknown;
  absl::Duration rest = absl::ZeroDuration();  // how long the endpoint asked to be left alone
  bool uncounted = false;                      // the schedule doesn't count the attempt
  bool disable_endpoint = false;
  bool server_away =
      false;  // with an attempt: its channel's server took nothing; `rest` is for that
  Bounce bounce = Bounce::kNone;
};

// How a delivery stands at the moment of a try.
struct Standing {
  bool pending = false;  // false too when it was purged, and when it goes in the mail of another
  std::string seen_by = {};  // who sees the resource since its newest record: see seen_by.h
};

// Where in a list an item stands that is listed newest first. Of a delivery `order` is its sequence
// and `name` its subscription's and its own, with a space between; of others they are the time in
// microseconds and the name.
struct PageKey {
  int64_t order = 0;
  std::string name = {};
};

struct DeliveryQuery {
  std::string parent = {};    // a subscription or a subscriber; each of these may be empty
  std::string change = {};    // a ce_id
  std::string resource = {};  // a name
  std::string endpoint = {};
  std::string change_kind = {};
  // When the change arrived: from, and before.
  absl::Time from = absl::InfinitePast();
  absl::Time until = absl::InfiniteFuture();
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
  // The same of what this transaction hands over itself, without a try; `how` says so. Gives the
  // names of those that were not there: only they are to be handed over.
  absl::StatusOr<std::set<std::string>> InsertDelivered(std::span<const PendingDelivery> deliveries,
                                                        std::string_view how, absl::Time now);
  // One that is pending. False when it is there already, as another transaction may have put it.
  absl::StatusOr<bool> Add(const PendingDelivery& delivery);
  // One for each delivery; may be repeated. Gives the names of those that were pending. One that is
  // not pending any more, or purged, stays as it is.
  absl::StatusOr<std::set<std::string>> SetResults(std::span<const DeliveryResult> results);

  // The highest sequence given out so far; 0 for none.
  absl::StatusOr<int64_t> LastSequence();
  // Names of endpoints above `after`, in order.
  absl::StatusOr<std::vector<std::string>> EndpointsWithPending(std::string_view after, int limit);
  // Those of these endpoints that have anything pending.
  absl::StatusOr<std::set<std::string>> WithPending(const std::set<std::string>& endpoints);
  // Oldest first. What was to be tried at a later moment waits no longer than it was to wait then,
  // however the clock was set since.
  absl::StatusOr<std::vector<PendingDelivery>> Pending(std::string_view endpoint, int limit,
                                                       absl::Time now);
  // Those of the subscription behind the delivery `after`, by sequence and name, about what not
  // everybody may see by now.
  absl::StatusOr<std::vector<PendingDelivery>> PendingNotPublic(std::string_view subscription,
                                                                const PageKey& after, int limit,
                                                                absl::Time now);
  absl::StatusOr<PendingDelivery> FindPending(std::string_view name, absl::Time now);
  absl::StatusOr<Standing> StandingOf(const std::string& name);
  // By their names.
  absl::StatusOr<std::map<std::string, Standing>> StandingsOf(
      const std::vector<std::string>& names);

  // Suppresses what is pending under this subscriber, endpoint or subscription, `limit` of it at
  // most; gives how many that were.
  absl::StatusOr<int64_t> SuppressUnder(std::string_view name, std::string_view reason,
                                        absl::Time now, int limit);
  // Lets what the subscription has pending for other endpoints go to this one, at once and with all
  // its tries; not what is in `except`. Gives the endpoints that it was for.
  absl::StatusOr<std::vector<std::string>> MoveTo(std::string_view endpoint,
                                                  std::string_view subscription,
                                                  const std::set<std::string>& except,
                                                  absl::Time now, int limit);
  // Where it is pending, it is to be tried now.
  absl::Status MakeDue(std::string_view name, absl::Time now);
  // Lets what the subscription has pending and not tried yet be looked at now.
  absl::Status Hasten(std::string_view subscription, absl::Time now);
  // Makes a dead one pending again, with all its tries. NOT_FOUND; FAILED_PRECONDITION with
  // DELIVERY_NOT_DEAD, or TOO_MANY_TRIES.
  absl::Status Redrive(std::string_view name, absl::Time now);

  // `seen_by`, where wanted, gets who sees an image of the change: see seen_by.h.
  absl::StatusOr<v1::Delivery> Get(std::string_view name, std::string* seen_by = nullptr);
  // Newest first; `seen_by` likewise, one for each.
  absl::StatusOr<std::vector<v1::Delivery>> List(const DeliveryQuery& query,
                                                 std::vector<std::string>* seen_by = nullptr);
  // Oldest first; NOT_FOUND when there is no such delivery.
  absl::StatusOr<std::vector<v1::Attempt>> Attempts(std::string_view name);

 private:
  // Of what was given when it was made; how they stand from then on.
  struct Fate {
    v1::Delivery::State state = v1::Delivery::STATE_PENDING;
    std::string_view reason = {};
    std::optional<absl::Time> updated = {};  // none: when they were made
  };

  // Gives the names of those that were not there.
  absl::StatusOr<sql::Result> InsertAs(std::span<const PendingDelivery> deliveries,
                                       const Fate& fate);
  absl::Status AddAttempts(std::span<const DeliveryResult> results,
                           const std::set<std::string>& of);

  sql::Connection& connection_;
};

}  // namespace clusterwire::notification
