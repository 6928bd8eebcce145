#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "libs/sql/connection.h"

namespace clusterwire::notification {

// An erasure that isn't done.
struct Erasing {
  std::string subscriber = {};
  absl::Time since = absl::InfinitePast();
  std::vector<std::string> address_keys = {};  // of its endpoints, as AddressKey makes them
};

// Who was erased: of addresses keyed hashes, against an import that brings them back, and of
// subscribers those whose erasure isn't done. Plain tables in a transaction of their owner's.
class Erasures {
 public:
  explicit Erasures(sql::Connection& connection) : connection_(connection) {}

  // An erasure begins; until Finish() it is done again after a crash. One that had begun stays as
  // it is.
  absl::Status Begin(const Erasing& erasing);
  absl::Status Finish(std::string_view subscriber);
  // The longest under way first.
  absl::StatusOr<std::vector<Erasing>> Unfinished(int limit);

  // Remembers an address, by what AddressKey makes of it.
  absl::Status Remember(std::string_view address_key, absl::Time now);
  // Since when; InfinitePast: it doesn't.
  absl::StatusOr<absl::Time> RemembersSince(std::string_view address_key);
  // Its owner has confirmed it anew.
  absl::Status Lift(std::string_view address_key);

  // Removes what the ledger holds of a subscriber's person, at most `limit` rows of each table:
  // false when nothing was left. Its deliveries stay, as numbers that the balance needs, with no
  // name of theirs; those that are pending must have been suppressed before.
  absl::StatusOr<bool> Erase(std::string_view subscriber, int limit);

 private:
  sql::Connection& connection_;
};

}  // namespace clusterwire::notification
