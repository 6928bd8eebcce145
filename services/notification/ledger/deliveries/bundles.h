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

#include "services/notification/ledger/deliveries/deliveries.h"

namespace clusterwire::notification {

// Deliveries that go in one mail. One of them, the carrier, is tried; the others are pending as
// long as it is, and end with it. When the carrier can't go out any more another one takes its
// place, so that none is lost.
struct Bundle {
  std::string id = {};
  std::string scope = {};    // what it gathers; of each scope at most one is open
  std::string mailbox = {};  // of endpoints with the same address, the one that stands for all
  std::string carrier = {};
  absl::Time began = {};
  absl::Time until = absl::InfiniteFuture();  // when it is to be closed, where that was decided
  // Since then it is closed: nothing more is added, and its window ends at window_end, which its
  // scope has once.
  std::optional<absl::Time> closed = {};
  absl::Time window_end = absl::UnixEpoch();
  bool settled = false;  // it went out, or was given up
};

// How one that goes in the mail of another ends with it.
struct CarriedEnd {
  std::string delivery = {};
  v1::Delivery::State state = v1::Delivery::STATE_DELIVERED;
  std::string reason = {};
};

class Bundles {
 public:
  explicit Bundles(sql::Connection& connection) : connection_(connection) {}

  // One that is not settled, by its id.
  absl::StatusOr<std::optional<Bundle>> Find(std::string_view id);
  absl::StatusOr<std::optional<Bundle>> FindOpen(std::string_view scope);
  // With its carrier, which is in none. False when another process has begun one of that scope.
  absl::StatusOr<bool> Begin(const Bundle& bundle);
  // Puts a pending delivery into it, out of any other.
  absl::Status Carry(const Bundle& bundle, std::string_view delivery);
  // Makes a pending delivery its carrier in place of one that isn't there any more.
  absl::Status Succeed(const Bundle& bundle, std::string_view delivery);
  // Gathers something else from now on, until this moment. What is open of that scope takes it in.
  absl::Status Redirect(const Bundle& bundle, std::string_view scope, absl::Time until);
  absl::Status SetUntil(const Bundle& bundle, absl::Time until);
  // Lets each of its deliveries go for itself; it is gone.
  absl::Status Dissolve(const Bundle& bundle, absl::Time now);
  // One pending delivery that is carried goes for itself again, at that moment.
  absl::Status Release(std::string_view delivery, std::string_view reason, absl::Time now,
                       absl::Time due);

  // ALREADY_EXISTS when a bundle of its scope has that window_end.
  absl::Status Close(const Bundle& bundle, absl::Time window_end, absl::Time now);
  absl::StatusOr<bool> HasWindow(std::string_view scope, absl::Time window_end);
  // The end of the scope's window before this one; nothing when there was none.
  absl::StatusOr<std::optional<absl::Time>> WindowBefore(std::string_view scope,
                                                         absl::Time window_end);
  // When the last mail of this scope was closed that went out or may still, up to `now`.
  absl::StatusOr<std::optional<absl::Time>> LastClosed(std::string_view scope, absl::Time now);
  // How many such there were for the mailbox from one moment to the other.
  absl::StatusOr<int64_t> CountClosed(std::string_view mailbox, absl::Time from, absl::Time now);

  // Its pending deliveries but for the carrier, newest first, and how many there are in all.
  absl::StatusOr<std::vector<PendingDelivery>> Carried(const Bundle& bundle, int limit,
                                                       absl::Time now);
  // Whether the carrier carries any, but for those of this subscription.
  absl::StatusOr<bool> CarriesOthers(const Bundle& bundle, std::string_view subscription);
  absl::StatusOr<int64_t> CountCarried(const Bundle& bundle);
  // The changes in it, those of the newest deliveries first.
  absl::StatusOr<std::vector<std::string>> Changes(const Bundle& bundle, int limit);

  // The carrier has ended: these end as said, the rest of those that are carried in this way. These
  // also where one of them carries by now, since the carrier was dropped while the mail was on its
  // way.
  absl::Status Settle(std::string_view id, std::span<const CarriedEnd> ends, const CarriedEnd& rest,
                      absl::Time now);
  // Suppresses what is carried in it for this subscription.
  absl::Status Suppress(std::string_view id, std::string_view subscription, std::string_view reason,
                        absl::Time now);
  // Gives bundles whose carrier isn't pending any more another one, and lets go what is carried by
  // none: after anything that ended deliveries without Settle(). Of one mailbox, or of all: those
  // alone that this `limit` finds. True when any was found.
  absl::StatusOr<bool> Heal(std::string_view mailbox, absl::Time now, int limit = 1000);

  // Forgets those that were closed before.
  absl::Status RemoveOld(absl::Time horizon);

 private:
  absl::Status FindCarrier(const std::string& id, bool closed, absl::Time now);

  sql::Connection& connection_;
};

}  // namespace clusterwire::notification
