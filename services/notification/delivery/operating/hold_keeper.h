#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "clusterwire/notification/v1/hold.pb.h"

#include "libs/base/random.h"
#include "libs/base/threads/worker.h"
#include "libs/base/time/clock.h"
#include "services/notification/ledger/ledger.h"
#include "services/notification/resources/subscribers/interests.h"

namespace clusterwire::notification {

// What operators hold: keeps it in the ledger and, for the gates, in memory, and ends what is over.
// What another process began to hold is known here within kLook. Safe for use from any thread.
class HoldKeeper {
 public:
  static constexpr size_t kMost = 100;
  static constexpr absl::Duration kLook = absl::Seconds(2);

  // Reads all that stand before anything is let out. The arguments outlive the keeper.
  static absl::StatusOr<std::unique_ptr<HoldKeeper>> Start(Ledger& ledger, Interests& interests,
                                                           Clock& clock, Random& random);
  HoldKeeper(const HoldKeeper&) = delete;
  HoldKeeper& operator=(const HoldKeeper&) = delete;

  // Each says how much is held. INVALID_ARGUMENT with all that is wrong; FAILED_PRECONDITION,
  // reason TOO_MANY_HOLDS.
  absl::StatusOr<v1::Hold> Create(const v1::Hold& hold, const std::string& creator,
                                  bool validate_only);
  // NOT_FOUND when there is none.
  absl::StatusOr<v1::Hold> Get(const std::string& name);
  absl::StatusOr<std::vector<v1::Hold>> List();
  // FAILED_PRECONDITION, reason HOLD_DISCARDS.
  absl::StatusOr<v1::Hold> Release(const std::string& name, bool validate_only);
  absl::StatusOr<v1::Hold> Discard(const std::string& name, bool validate_only);

 private:
  static constexpr int kPage = 1000;  // deliveries discarded in one transaction
  static constexpr int kPages = 20;   // in one step

  // How discarding one goes: through its deliveries by their ids, until none is left in a round.
  struct Round {
    std::string after = {};
    bool found = false;
  };

  HoldKeeper(Ledger& ledger, Interests& interests, Clock& clock, Random& random)
      : ledger_(ledger), interests_(interests), clock_(clock), random_(random) {}
  absl::Status Refresh();
  absl::StatusOr<absl::Time> Step();
  absl::Status EndOver(std::vector<v1::Hold>& holds);
  // True when nothing is left of it, and it has ended.
  absl::StatusOr<bool> DiscardSome(const v1::Hold& hold);
  bool GoesBy(const std::string& endpoint, const v1::Hold& hold) const;
  absl::Status Count(v1::Hold& hold);

  Ledger& ledger_;
  Interests& interests_;
  Clock& clock_;
  Random& random_;
  std::map<std::string, Round> rounds_;  // the worker's
  std::unique_ptr<Worker> worker_;       // last: its thread uses everything above
};

}  // namespace clusterwire::notification
