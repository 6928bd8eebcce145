#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "libs/base/time/clock.h"
#include "services/notification/ledger/ledger.h"
#include "services/notification/resources/subscribers/interests.h"

namespace clusterwire::notification {

// Which changes are told again, and how many by one call.
struct ReplayRequest {
  std::string subscription = {};
  absl::Time from = {};  // when they arrived
  absl::Time until = absl::InfiniteFuture();
  std::string after =
      {};  // go on behind this change, which arrived at `from`; empty: from the first
  bool include_delivered = false;
  int limit = 200;  // deliveries
  bool validate_only = false;
};

struct ReplayDone {
  int repeated = 0;
  int added = 0;
  int left = 0;
  int changes = 0;            // that were looked at
  int seen = 0;               // of them, those that the subscriber may see
  std::string endpoint = {};  // where it goes
  bool complete = false;      // else it goes on at `from`, behind the change `after`
  absl::Time from = {};
  std::string after = {};
};

// Makes what a subscription hears of, by its filter and what it sees now, pending again in the
// ledger, and adds what it had not heard of: each in the transaction that counts it as matched.
// What a gate says is asked when it is due. FAILED_PRECONDITION, reason SUBSCRIPTION_INACTIVE;
// UNAVAILABLE, reason GRANTS_BEHIND.
absl::StatusOr<ReplayDone> Replay(Ledger& ledger, Interests& interests, Clock& clock,
                                  const ReplayRequest& request);

}  // namespace clusterwire::notification
