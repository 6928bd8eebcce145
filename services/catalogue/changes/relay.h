#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"

#include "libs/base/random.h"
#include "libs/base/threads/mutex.h"
#include "libs/base/threads/worker.h"
#include "libs/base/time/clock.h"
#include "libs/kafka/admin.h"
#include "libs/kafka/producer.h"
#include "libs/kafka/topic_reader.h"
#include "libs/sql/database.h"
#include "libs/store/store.h"
#include "libs/telemetry/metrics.h"
#include "services/catalogue/changes/grants_topic.h"
#include "services/catalogue/changes/record.h"
#include "services/catalogue/changes/topic_watch.h"

namespace clusterwire::catalogue {

// The outbox relay: sends the log to Kafka, from a cursor that the store keeps, in its own thread:
//
//   read from the cursor ─► send a batch ─► all acknowledged ─► move the cursor
//
// A crash in between sends a batch again; consumers know what they have. Kafka away: it keeps
// trying with growing pauses and refuses no write. Of several processes one is active at a time, by
// the cursor's lease.
//
// Grants go to a topic of their own, with the same cursor and lease; see grants_topic.h.
// Invitations go nowhere.
//
// A restored backup is noticed: when the topic holds revisions of this history that the store
// doesn't have, the relay stands still until an operator starts a new history. Records that the
// topic has lost are noticed too; see topic_watch.h.
class Relay {
 public:
  // The name of its cursor in the store.
  static constexpr std::string_view kCursor = "relay";
  // The store's setting that keeps the topic's number of partitions.
  static constexpr std::string_view kPartitions = "relay.partitions";

  struct Options {
    kafka::ClientOptions kafka;
    std::string topic = "clusterwire.changes.v1";
    int batch = 2000;
    // For the topic, when the relay makes it. The number of partitions is kept in the store, so
    // that a topic that grew can't let a key overtake itself.
    int partitions = 8;
    int replicas = 1;
    absl::Duration retention = absl::Hours(7 * 24);
    GrantsTopic::Options grants;
    std::string holder;  // who this process is, for the lease; the same after a restart
    absl::Duration lease = absl::Seconds(30);
    absl::Duration send_limit =
        absl::Seconds(10);  // how long a batch is waited for before it is said
  };
  struct State {
    // Why it doesn't get on; OK while it does. Reason LEASE_HELD: another process sends, as it
    // should. What kafka::RemedyOf() gives of any other says what to do.
    absl::Status status;
    store::Position position;
    bool halted = false;  // by a history that the topic contradicts: only an operator helps
  };

  // All by reference outlive the relay. `database` is the store's.
  Relay(Options options, sql::Database& database, store::Store& store, Clock& clock, Random& random,
        telemetry::Metrics& metrics);
  // Ends between two batches; what wasn't acknowledged is sent again by the next process.
  ~Relay();
  Relay(const Relay&) = delete;
  Relay& operator=(const Relay&) = delete;

  State state() const;
  // Looks again at once: after StartNewHistory.
  void Wake() {
    renew_now_ = true;
    worker_.Retry();
  }

 private:
  absl::StatusOr<absl::Time> Step();
  // One step: sends what the log holds behind the cursor. OK when there is nothing left.
  absl::Status CatchUp();
  absl::Status Prepare();
  // The lease: a write of its own, which not every batch can pay for.
  absl::Status RenewIfDue();
  absl::Status EnsureTopic();
  absl::Status CheckHistory();
  absl::Status PrepareGrants();
  absl::Status GiveSignOfLife(store::Revision sent);
  // Whether the topic still holds what was sent. OK also when that can't be known now.
  absl::Status LookAtTopic();
  absl::Status Send(const std::vector<store::Change>& changes);
  // None for what doesn't travel: what keeps its images out of the log, and a grant that its topic
  // has already.
  absl::StatusOr<std::optional<kafka::Message>> MessageOf(const store::Change& change);
  absl::Status SendAll(std::span<const kafka::Message> messages);
  absl::Status SendBatch(std::span<const kafka::Message> messages);
  absl::Status TooLarge(const kafka::Message& message) const;
  void StandBy(const absl::Status& status);
  void SetState(absl::Status status, bool halted = false);

  const Options options_;
  store::Store& store_;
  Clock& clock_;
  telemetry::Counter sent_;
  telemetry::Counter failed_;
  telemetry::Gauge position_gauge_;

  // The thread's own.
  store::Cursor cursor_;
  int64_t partitions_ = 0;  // over which keys are spread, however many the topic has by now
  bool prepared_ = false;
  std::unique_ptr<kafka::Producer> producer_;
  std::unique_ptr<kafka::TopicReader> reader_;
  TopicWatch watch_;
  GrantsTopic grants_;
  CauseTitles cause_titles_;
  absl::Duration next_look_;                            // at the topic, by uptime
  absl::Duration next_renewal_ = absl::ZeroDuration();  // of the lease, by uptime
  absl::Duration tail_limit_;  // grows while the topic's tail can't be read in it

  std::atomic<bool> renew_now_ = false;  // who woke it may have taken the lease
  mutable Mutex mutex_;
  State state_ ABSL_GUARDED_BY(mutex_);
  Worker worker_;  // last: its thread uses everything above
};

}  // namespace clusterwire::catalogue
