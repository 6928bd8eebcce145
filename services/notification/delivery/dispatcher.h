#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"

#include "libs/base/random.h"
#include "libs/base/threads/executor.h"
#include "libs/base/threads/mutex.h"
#include "libs/base/threads/worker.h"
#include "libs/base/time/clock.h"
#include "libs/telemetry/metrics.h"
#include "services/notification/channels/channels.h"
#include "services/notification/delivery/gates.h"
#include "services/notification/delivery/job_loader.h"
#include "services/notification/delivery/mails/gatherer.h"
#include "services/notification/delivery/metrics.h"
#include "services/notification/delivery/queue/delivery_queue.h"
#include "services/notification/delivery/results.h"
#include "services/notification/ledger/ledger.h"

namespace clusterwire::notification {

// Hands over what is pending: takes what is due from the queue, asks the gates, sends, and records
// the results in batches. One thread decides; sending is the channels' business.
//
// What is pending is always in the ledger; memory follows. After a crash between a try and its
// record the same delivery goes out again under the same name. Nothing else is repeated, nothing
// lost. While the ledger is away nothing new is sent, and what came back is kept until it is
// recorded.
//
// Waits are counted by the uptime: setting the clock stops nothing and hurries nothing.
class Dispatcher {
 public:
  struct Options {
    RetrySchedule schedule = {};
    Gatherer::Options mails = {};
    DeliveryQueue::Options queue = {};
    absl::Duration try_limit = absl::Seconds(15);  // the longest of any try
    // An endpoint is switched off when its failures cover so much time without a success; of a gap
    // between two of them a fifth of this counts.
    absl::Duration disable_after = absl::Hours(5 * 24);
    absl::Duration sweep = absl::Minutes(1);       // how often the ledger is asked for strays
    absl::Duration stop_grace = absl::Seconds(5);  // for what is under way
    const AddressKey* address_key = nullptr;       // null: no mailbox is suppressed
  };
  // Switches an endpoint off. Called on a thread that may wait.
  using DisableEndpoint =
      std::function<absl::Status(const std::string& endpoint, const std::string& reason)>;

  // Starts. The arguments by reference outlive the dispatcher.
  Dispatcher(Options options, Ledger& ledger, Interests& interests, const Channels& channels,
             DisableEndpoint disable, Clock& clock, Random& random, telemetry::Metrics& metrics);
  // Sends nothing more, waits up to stop_grace for what is under way, and records it.
  ~Dispatcher();
  Dispatcher(const Dispatcher&) = delete;
  Dispatcher& operator=(const Dispatcher&) = delete;

  // New in the ledger, committed; `newest` are the records that are now the newest of their
  // resources. Any thread.
  void Offer(std::vector<PendingDelivery> deliveries,
             std::vector<std::shared_ptr<const KeptRecord>> newest = {});
  // Asks the ledger for all that is pending, when that isn't known. Any thread.
  void Reload();

  // Suppresses what is pending under this subscriber, endpoint or subscription, which wants nothing
  // more, and forgets whom it invited. What the ledger can't do now is done by a gate when it is
  // due. Any thread.
  void Suppress(const std::string& name, std::string_view reason);
  // The same of what was deleted: its calendar feeds end too. Any thread.
  void Forget(const std::string& name, std::string_view reason);
  // Makes a dead delivery pending again and hands it over. NOT_FOUND; FAILED_PRECONDITION with
  // DELIVERY_NOT_DEAD or TOO_MANY_TRIES, and with DELIVERY_BLOCKED where a gate would drop it. Any
  // thread.
  absl::Status Redrive(const std::string& name);
  // Tries a pending delivery now, with those before it about the same root, unless a gate holds it
  // on: gives what it waits for then. NOT_FOUND; FAILED_PRECONDITION, reason DELIVERY_NOT_PENDING.
  // Any thread.
  absl::StatusOr<std::optional<Wait>> Retry(const std::string& name);
  // The ledger has more for this endpoint. Any thread.
  void Look(const std::string& endpoint);
  // Says in a pending delivery what it waits for, and until when. Any thread.
  void Describe(v1::Delivery* delivery) const;
  // What each gate says now of a delivery, which needn't be there, and behind them what mails wait
  // for. `seen_by` says who sees the resource now. Any thread.
  absl::StatusOr<std::vector<Asked>> AskAbout(const PendingDelivery& delivery,
                                              std::shared_ptr<const KeptRecord> record,
                                              std::string_view seen_by) const;
  DeliveryQueue::Usage usage() const { return queue_.usage(); }

 private:
  static constexpr size_t kOfferLimit = 20'000;  // then the ledger is asked instead
  static constexpr size_t kNewestLimit = 500;    // then all are read from the ledger
  static constexpr size_t kPage = 1000;          // endpoints in one question to the ledger
  static constexpr size_t kTaken = 400;          // deliveries begun between two looks around
  static constexpr size_t kLoads = 20;           // endpoints loaded between them
  static constexpr size_t kMails = 20;           // decided on in one transaction
  static constexpr size_t kMoves = 20;           // subscriptions followed between them
  static constexpr int kMoved = 500;             // deliveries of one, in one transaction
  static constexpr int kRecut = 50;              // the same, where each is asked about
  static constexpr int kSuppressed = 10'000;     // in one transaction
  static constexpr absl::Duration kSlice = absl::Milliseconds(50);  // for beginning them

  static constexpr absl::Duration kCatchUpLimit = absl::Seconds(2);
  static constexpr absl::Duration kOnItsWayPause = absl::Seconds(5);
  static constexpr absl::Duration kUnknownChannelPause = absl::Minutes(10);

  absl::StatusOr<absl::Time> Step();
  void TakeOffers();
  void TakeNews();
  void TakeResults();
  absl::Status Work();
  absl::Status RecordAll();
  absl::Status Record(std::span<const DeliveryResult> results);
  absl::Status FollowMoved();
  absl::Status FollowRecut();
  absl::Status FollowRescheduled();
  void FollowClock();
  void TakeWritten(const std::string& endpoint);
  bool IsIndependent(const std::string& endpoint);
  void SetOrder(PendingDelivery& delivery);
  absl::Status FindPending();
  absl::Status LoadMore();
  absl::Status StartDue();
  void Start(std::shared_ptr<const Job> job);
  void Send(std::shared_ptr<const Job> job);
  absl::Status StartMails();
  absl::StatusOr<Gatherer::Step> StepOf(sql::Connection& connection, const Job& job) const;
  void TakeStep(const Gatherer::Step& step, const std::string& name);
  void EndUntried(const Job& job, v1::Delivery::State state, const std::string& reason,
                  absl::Duration pause = absl::ZeroDuration(),
                  absl::Duration asleep = absl::ZeroDuration());
  void Apply(const DeliveryResult& result);
  bool IsStopped(const Job& job) const;
  bool IsOnItsWay(const PendingDelivery& delivery) const;
  absl::StatusOr<std::optional<Wait>> WhatHolds(sql::Connection& connection,
                                                const PendingDelivery& pending) const;
  void NoteIfMoved(const PendingDelivery& delivery);
  void Disable(const std::string& endpoint, const std::string& reason);
  absl::Time NextLook() const;
  void Finish();

  const Options options_;
  Ledger& ledger_;
  Interests& interests_;
  const Channels& channels_;
  const DisableEndpoint disable_;
  Clock& clock_;
  DeliveryMetrics metrics_;

  // The thread's own.
  JobLoader loader_;
  const Gatherer gatherer_;
  std::vector<std::shared_ptr<const Job>> mails_;  // begun in this look around
  DeliveryQueue queue_;                            // others may look at it
  Jobs under_way_;                                 // until their results are recorded
  std::vector<DeliveryResult> unrecorded_;
  absl::Time uptime_began_;            // by the wall clock: it changes when that is set
  std::set<std::string> independent_;  // endpoints, as their deliveries were put into the queue
  std::set<std::string> rushed_;       // endpoints: what is read of them is due
  std::map<std::string, std::set<std::string>> held_at_;  // endpoints, by the hold
  std::set<std::string> rescheduled_;  // subscriptions whose mails come at other hours now
  std::set<std::string> moved_;        // subscriptions whose endpoint is another now
  // Subscriptions that see other things now, each with the delivery up to which that was followed.
  std::map<std::string, PageKey> recut_;
  std::set<std::string> held_;                             // deliveries that wait for grants
  absl::Duration next_sweep_ = -absl::InfiniteDuration();  // an uptime

  Mutex mutex_;
  std::vector<PendingDelivery> offers_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::shared_ptr<const KeptRecord>> newest_ ABSL_GUARDED_BY(mutex_);
  bool forget_ ABSL_GUARDED_BY(mutex_) = false;  // some of them are missing
  bool reload_ ABSL_GUARDED_BY(mutex_) = true;
  std::set<std::pair<std::string, Interests::News>> news_ ABSL_GUARDED_BY(mutex_);

  const std::shared_ptr<ResultQueue> results_;
  Executor disabler_{{.threads = 1, .queue_limit = 1000}};
  Worker worker_;  // last: its thread uses everything above
};

}  // namespace clusterwire::notification
