#pragma once

#include <memory>
#include <span>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"

#include "libs/base/random.h"
#include "libs/base/threads/mutex.h"
#include "libs/base/threads/worker.h"
#include "libs/base/time/clock.h"
#include "libs/kafka/consumer.h"
#include "services/notification/ingest/intake.h"
#include "services/notification/ingest/start_offsets.h"

namespace clusterwire::notification {

// The consumer's thread: from Kafka to the intake. When the database is away the partitions are
// paused, and the same messages are taken again once it is back; none is skipped, and the group
// keeps us as a member. Kafka's own committed offset only follows the ledger's positions.
class Ingest {
 public:
  struct Options {
    kafka::ClientOptions client;
    std::string topic = "clusterwire.changes.v1";
    std::string group = "clusterwire.notification";
    size_t batch = 500;  // messages
    absl::Duration poll = absl::Milliseconds(200);
  };

  // Starts. The arguments by reference outlive it. The destructor finishes the batch in hand and
  // leaves the group.
  Ingest(Options options, Ledger& ledger, Intake& intake, Clock& clock, Random& random,
         IngestMetrics metrics);

  // Why it stands still; OK while partitions are assigned and the last batch was taken. Any thread.
  absl::Status status() const;
  // Records on the topic that have not been read. Any thread.
  int64_t lag() const;

 private:
  absl::StatusOr<absl::Time> Step();
  absl::Status Connect();
  absl::Status PollAndTake();
  absl::Status Take(std::span<const kafka::ReceivedMessage> messages);
  void GoBack(std::span<const kafka::ReceivedMessage> messages);
  absl::Status Mend(std::span<const kafka::Consumer::PartitionError> errors);
  void Publish(const absl::Status& status);

  const Options options_;
  Ledger& ledger_;
  Intake& intake_;
  IngestMetrics metrics_;

  // The thread's own; the hook outlives the consumer.
  std::unique_ptr<StartOffsets> start_offsets_;
  std::unique_ptr<kafka::Consumer> consumer_;

  mutable Mutex mutex_;
  absl::Status status_ ABSL_GUARDED_BY(mutex_) = absl::UnavailableError("not connected yet");
  int64_t lag_ ABSL_GUARDED_BY(mutex_) = 0;
  Worker worker_;  // last: its thread uses everything above
};

}  // namespace clusterwire::notification
