#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "libs/base/threads/mutex.h"
#include "libs/base/time/clock.h"
#include "libs/kafka/message.h"
#include "libs/telemetry/metrics.h"
#include "services/notification/delivery/at_once.h"
#include "services/notification/ledger/deliveries/deliveries.h"
#include "services/notification/ledger/ledger.h"
#include "services/notification/ledger/records/records.h"
#include "services/notification/resources/subscribers/interests.h"

namespace clusterwire::notification {

// What ingest counts. Handles: copied freely, valid as long as the metrics they came from.
struct IngestMetrics {
  explicit IngestMetrics(telemetry::Metrics& metrics) : registry(metrics) {}

  telemetry::Counter RecordsBy(const std::string& result) {
    return registry.GetCounter("clusterwire_ingest_records_total", "Records from Kafka",
                               {{"result", result}});
  }

  telemetry::Metrics& registry;
  telemetry::Counter kept = RecordsBy("kept");
  telemetry::Counter repeated = RecordsBy("repeated");
  telemetry::Counter dead_letters = RecordsBy("dead_letter");
  telemetry::Counter superseded = RecordsBy("superseded");
  telemetry::Counter matched =
      registry.GetCounter("clusterwire_ingest_matched_total", "Subscriptions that records matched");
  telemetry::Counter errors = registry.GetCounter("clusterwire_ingest_errors_total",
                                                  "Batches that have to be taken once more");
  telemetry::Counter topic_resets = registry.GetCounter(
      "clusterwire_ingest_topic_resets_total",
      "Partitions read from their start because the position didn't fit the topic");
  telemetry::Gauge lag =
      registry.GetGauge("clusterwire_ingest_lag", "Records on the topic not yet read");
  telemetry::Histogram batch_seconds =
      registry.GetHistogram("clusterwire_ingest_batch_seconds", "How long batches took");
};

// Takes messages into the ledger: keeps the record, matches it, inserts its deliveries, moves the
// position. A record is received once, however often it is sent and wherever the process is killed:
// its identity is a key, and what belongs together commits together. One that is wide takes several
// transactions and stays open until the last; taken again, it goes on where it was. What can be
// handed over at once (at_once.h) is, in the same transaction.
//
// Knows no consumer, so that a test calls it directly. Safe for use from any thread; one call at a
// time is worked on.
class Intake {
 public:
  struct Options {
    size_t rows = 4000;       // deliveries inserted in one transaction
    size_t in_hand = 20'000;  // matches after which those so far are written before the next record
    absl::Duration catch_up_limit = absl::Seconds(10);
  };
  // What a transaction has committed: deliveries to be handed over, and the records that are now
  // the newest of their resources, in order.
  struct Committed {
    std::vector<PendingDelivery> pending;
    std::vector<std::shared_ptr<const KeptRecord>> newest;
  };
  using Offer = std::function<void(Committed)>;
  // Called when deliveries may have been committed without having been offered.
  using Reload = std::function<void()>;

  // The arguments by reference outlive the intake.
  Intake(Options options, Ledger& ledger, Interests& interests, AtOnce& at_once, Clock& clock,
         IngestMetrics metrics, Offer offer, Reload reload);

  // In order within each partition. Anything but OK: some of it may have been taken; take the same
  // messages again.
  absl::Status Take(std::span<const kafka::ReceivedMessage> messages);

  // Partitions come from another process, whose clock may be ahead: what is taken from now on comes
  // behind all that it took.
  void Rejoin();

  // Reads a dead letter once more; gives the ce_id of the change that it turned out to be.
  // NOT_FOUND, or FAILED_PRECONDITION when it still can't be read.
  absl::StatusOr<std::string> Redrive(std::string_view dead_letter);

 private:
  // What a delivery has of its own; the rest is the record's. A wide record has very many.
  struct Match {
    std::string subscription = {};
    int64_t made = 0;  // the subscription
    std::string endpoint = {};
    v1::Transition transition = v1::TRANSITION_UNSPECIFIED;
    bool names_kind = false;  // of interest even when a newer record is there
  };
  // A message, read and matched; with an error it is dead.
  struct Item {
    const kafka::ReceivedMessage* message = nullptr;
    absl::Status error;
    std::shared_ptr<const KeptRecord> record;
    int64_t sequence = 0;        // of its deliveries
    std::vector<Match> matches;  // by the names of subscriptions
  };
  // What a transaction adds, for when it has committed.
  struct Added {
    Committed committed;
    AtOnce::Done done;
    int kept = 0, repeated = 0, dead_letters = 0, superseded = 0;
    int64_t matched = 0;
  };

  absl::Status TakeAll(std::span<const kafka::ReceivedMessage> messages, bool move);
  absl::Status WriteAll(std::span<Item> items, bool move);
  absl::Status Prepare();
  Item ItemOf(const kafka::ReceivedMessage& message);
  std::vector<Match> MatchesOf(const KeptRecord& record) const;
  static PendingDelivery DeliveryOf(const Item& item, const Match& match);
  absl::Status AddCorrections(sql::Connection& connection, Item& item) const;
  absl::StatusOr<size_t> WriteSome(sql::Connection& connection, std::span<Item> items, bool move,
                                   Added* added);
  absl::StatusOr<bool> WriteRecord(sql::Connection& connection, const Item& item, size_t* budget,
                                   Added* added);
  void Announce(Added added);

  const Options options_;
  Ledger& ledger_;
  Interests& interests_;
  AtOnce& at_once_;
  Clock& clock_;
  IngestMetrics metrics_;
  const Offer offer_;
  const Reload reload_;

  Mutex mutex_;  // one call at a time
  int64_t last_sequence_ = 0;
  bool prepared_ = false;     // last_sequence_ is the ledger's
  bool unannounced_ = false;  // a transaction may have committed unnoticed
};

}  // namespace clusterwire::notification
