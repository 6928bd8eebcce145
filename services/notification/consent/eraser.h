#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "clusterwire/notification/v1/consent.pb.h"

#include "libs/base/random.h"
#include "libs/base/threads/worker.h"
#include "libs/base/time/clock.h"
#include "services/notification/channels/email/address_key.h"
#include "services/notification/ledger/consent/erasures.h"
#include "services/notification/ledger/ledger.h"
#include "services/notification/resources/subscribers/interests.h"
#include "services/notification/resources/subscribers/subscriber_rules.h"

namespace clusterwire::notification {

// Erases subscribers: first it is noted in the ledger, then the subscriber goes with all under it,
// then what the ledger holds of it. A crash in between, or a process that still matched for it, is
// made good within minutes by a thread of its own. Safe for use from any thread.
class Eraser {
 public:
  // All of it outlives the eraser.
  struct Dependencies {
    store::Store& store;
    Ledger& ledger;
    Interests& interests;
    Subscribers& subscribers;
    const AddressKey& address_key;
    Clock& clock;
    Random& random;
    // Stops what is pending of a subscriber.
    std::function<void(const std::string& subscriber, std::string_view reason)> suppress;
  };

  explicit Eraser(const Dependencies& parts);

  // An operator may repeat it where the subscriber is gone.
  absl::Status Erase(const WriteCall& call, const v1::EraseSubscriberRequest& request);

 private:
  static constexpr int kRows = 500;  // in one transaction
  static constexpr absl::Duration kPoll = absl::Minutes(1);
  // By then every process knows that the subscriber is gone.
  static constexpr absl::Duration kLastLook = absl::Minutes(2);
  // One that had begun and whose subscriber is there still was refused.
  static constexpr absl::Duration kRefused = absl::Hours(1);

  // With the addresses that are remembered: of unconfirmed ones only an operator may say so,
  // since anybody can enter another's.
  absl::StatusOr<Erasing> ErasingOf(const filter::Viewer& viewer, const std::string& name);
  absl::StatusOr<bool> IsThere(const std::string& name);
  absl::Status EraseFromLedger(const Erasing& erasing);
  absl::Status GoOn(const Erasing& erasing);
  absl::StatusOr<absl::Time> Round();

  const Dependencies parts_;
  Worker worker_;  // last: its thread uses everything above
};

}  // namespace clusterwire::notification
