#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "services/notification/channels/channels.h"
#include "services/notification/ledger/deliveries/bundles.h"

namespace clusterwire::notification {

// Sees to it that a mailbox gets few mails, and none twice: which of its deliveries go together,
// and when. A mail is
//
//   a digest     of one subscription: at its hour, all that is pending by then
//   of a day     what goes beyond so many mails a day to one mailbox, when that day is over
//   of a thing   else: of one resource, soon after its first change, and later ones together
//
// and each takes in what is pending for the same mailbox by other subscriptions about a change that
// it tells. What goes with another is carried by it (bundles.h): pending, and tried no more by
// itself. A mailbox is an address, in whichever endpoints of whichever subscribers.
//
// Windows and days are the wall clock's. A clock that is set back repeats no digest: the windows
// that were closed stay so. Works inside the caller's transaction; knows nothing between two calls.
class Gatherer {
 public:
  // The newest of its deliveries that one mail tells of; of the rest it says how many there are.
  static constexpr int kTold = 100;
  static constexpr int kToldBytes = 8 << 20;  // of their records
  // Changes of one mail that are looked for among the mailbox's other subscriptions.
  static constexpr int kCompared = 1000;

  struct Options {
    absl::Duration settle = absl::Seconds(30);  // before the first mail about a resource
    absl::Duration gather = absl::Minutes(10);  // between it and the next
    int64_t a_day = 20;                         // mails to one mailbox
  };
  // What is to become of a delivery whose gates are open.
  struct Step {
    enum class What { kLeave, kWait, kSuppress, kSend };
    What what = What::kLeave;                // kLeave: it is over, or another carries it
    std::shared_ptr<const Job> job;          // as it is now; with kSend it has its others
    absl::Time until = {};                   // with kWait
    std::string reason = {};                 // with kWait and kSuppress
    std::vector<DeliveryResult> ended = {};  // what it would have carried, but for a gate
    bool freed = false;  // others wait for themselves now, and are to be read from the ledger
  };

  Gatherer(const Options& options, const Interests& interests)
      : options_(options), interests_(interests) {}

  absl::StatusOr<Step> Decide(sql::Connection& connection, const Job& job) const;
  // A gate lets the delivery wait: what it carries need not wait with it. The step is kWait.
  absl::StatusOr<Step> StandAside(sql::Connection& connection, const Job& job,
                                  const Wait& wait) const;

 private:
  class Decision;

  const Options options_;
  const Interests& interests_;
};

// Ends the deliveries that went with this one, as it ended itself; those of one that was suppressed
// go on, carried by another of them. `was_pending`: it was until then; else it was dropped while
// its mail was on its way.
absl::Status SettleBundle(sql::Connection& connection, const Job& job, const DeliveryResult& result,
                          bool was_pending);

}  // namespace clusterwire::notification
