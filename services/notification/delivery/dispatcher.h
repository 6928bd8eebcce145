#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
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
#include "services/notification/delivery/queue/delivery_queue.h"
#include "services/notification/delivery/results.h"
#include "services/notification/ledger/ledger.h"

namespace clusterwire::notification {

// What delivery counts. Handles: valid as long as the metrics they came from.
struct DeliveryMetrics {
  explicit DeliveryMetrics(telemetry::Metrics& metrics) : registry(metrics) {}

  void Count(const DeliveryResult& result, absl::Time created) {
    if (result.attempt) attempt_seconds.Observe(result.time - ToTime(result.attempt->time()));
    ended.at(result.state).Add();
    if (result.state == v1::Delivery::STATE_DELIVERED) {
      latency_seconds.Observe(result.time - created);
    }
  }
  telemetry::Counter Ended(const std::string& outcome) {
    return registry.GetCounter("clusterwire_deliveries_total",
                               "Deliveries by how a look at them ended", {{"outcome", outcome}});
  }

  telemetry::Metrics& registry;
  std::map<v1::Delivery::State, telemetry::Counter> ended = {
      {v1::Delivery::STATE_DELIVERED, Ended("delivered")},
      {v1::Delivery::STATE_PENDING, Ended("postponed")},
      {v1::Delivery::STATE_DEAD, Ended("dead")},
      {v1::Delivery::STATE_SUPPRESSED, Ended("suppressed")}};
  telemetry::Counter endpoints_disabled = registry.GetCounter(
      "clusterwire_delivery_endpoints_disabled_total", "Endpoints that were switched off");
  telemetry::Counter ledger_errors = registry.GetCounter(
      "clusterwire_delivery_ledger_errors_total", "Reads and writes of the ledger that failed");
  telemetry::Counter left_in_ledger =
      registry.GetCounter("clusterwire_delivery_left_in_ledger_total",
                          "Deliveries left in the ledger for later, memory being full");
  telemetry::Gauge in_flight =
      registry.GetGauge("clusterwire_delivery_in_flight", "Tries under way");
  telemetry::Gauge loaded =
      registry.GetGauge("clusterwire_delivery_loaded", "Pending deliveries in memory");
  telemetry::Histogram attempt_seconds =
      registry.GetHistogram("clusterwire_delivery_attempt_seconds", "How long tries took");
  telemetry::Histogram latency_seconds = registry.GetHistogram(
      "clusterwire_delivery_latency_seconds", "From a change's arrival to its delivery");
};

// Hands over what is pending: takes what is due from the queue, asks the gates, sends, and records
// the results in batches. One thread decides; sending is the channels' business.
//
// What is pending is always in the ledger; memory follows. After a crash between a try and its
// record the same delivery goes out again under the same name. Nothing else is repeated, nothing
// lost. While the ledger is away nothing new is sent, and what came back is kept until it is
// recorded.
class Dispatcher {
 public:
  struct Options {
    RetrySchedule schedule = {};
    DeliveryQueue::Options queue = {};
    absl::Duration try_limit = absl::Seconds(15);
    absl::Duration disable_after = absl::Hours(5 * 24);
    absl::Duration sweep = absl::Minutes(1);       // how often the ledger is asked for strays
    absl::Duration stop_grace = absl::Seconds(5);  // for what is under way
  };
  // Switches an endpoint off. Called on a thread that may wait.
  using DisableEndpoint =
      std::function<absl::Status(const std::string& endpoint, const std::string& reason)>;

  // Starts. The arguments by reference outlive the dispatcher.
  Dispatcher(Options options, Ledger& ledger, const Interests& interests, const Channels& channels,
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

 private:
  static constexpr size_t kOfferLimit = 100'000;  // then the ledger is asked instead
  static constexpr size_t kNewestLimit = 500;     // then all are read from the ledger
  static constexpr size_t kPage = 1000;           // endpoints in one question to the ledger
  static constexpr size_t kTaken = 200;           // deliveries begun between two looks around

  static constexpr absl::Duration kUnknownChannelPause = absl::Minutes(10);

  absl::StatusOr<absl::Time> Step();
  void TakeOffers();
  void TakeResults();
  absl::Status Work();
  absl::Status RecordAll();
  absl::Status FindPending();
  absl::Status LoadMore();
  absl::Status StartDue();
  void Start(std::shared_ptr<const Job> job);
  void EndUntried(const Job& job, v1::Delivery::State state, const std::string& reason,
                  absl::Time due);
  void Apply(const DeliveryResult& result);
  void Disable(const std::string& endpoint, const std::string& reason);
  absl::Time NextLook() const;
  void Finish();

  const Options options_;
  Ledger& ledger_;
  const Channels& channels_;
  const DisableEndpoint disable_;
  Clock& clock_;
  DeliveryMetrics metrics_;

  // The thread's own.
  JobLoader loader_;
  DeliveryQueue queue_;
  Jobs under_way_;  // until their results are recorded
  std::vector<DeliveryResult> unrecorded_;
  absl::Time next_sweep_ = absl::InfinitePast();

  Mutex mutex_;
  std::vector<PendingDelivery> offers_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::shared_ptr<const KeptRecord>> newest_ ABSL_GUARDED_BY(mutex_);
  bool forget_ ABSL_GUARDED_BY(mutex_) = false;  // some of them are missing
  bool reload_ ABSL_GUARDED_BY(mutex_) = true;

  const std::shared_ptr<ResultQueue> results_;
  Executor disabler_{{.threads = 1, .queue_limit = 1000}};
  Worker worker_;  // last: its thread uses everything above
};

}  // namespace clusterwire::notification
