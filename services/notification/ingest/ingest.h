#pragma once

#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"

#include "libs/base/random.h"
#include "libs/base/threads/mutex.h"
#include "libs/base/threads/worker.h"
#include "libs/base/time/clock.h"
#include "libs/kafka/consumer.h"
#include "libs/kafka/topic_reader.h"
#include "libs/service/gaps.h"
#include "services/notification/ingest/intake.h"

namespace clusterwire::notification {

// Where to start reading: at the ledger's position, after a look whether it still fits the topic.
// The message before it must be the one that was taken. When another or none stands there, or the
// offset is outside the log, the topic was made anew or has lost what we had not read: the gap is
// noted for operators, in one transaction with the new position, and all that is there is read
// (what is known is recognised). A message that the topic has meanwhile dropped can't be compared
// and is believed. Where nothing was read yet, the position is noted at once, so that what is lost
// from then on is noticed too. Called on the consumer's thread.
class StartOffsets final : public kafka::RebalanceHook {
 public:
  // A broker that says nothing holds up a stop by this, and is asked again otherwise.
  static constexpr absl::Duration kPatience = absl::Seconds(4);
  static constexpr absl::Duration kRecheckPatience = absl::Seconds(2);

  // The arguments by reference outlive it.
  StartOffsets(std::unique_ptr<kafka::TopicReader> reader, Ledger& ledger, Clock& clock,
               IngestMetrics metrics)
      : reader_(std::move(reader)), ledger_(ledger), clock_(clock), metrics_(metrics) {}

  absl::StatusOr<int64_t> Of(const kafka::TopicPartition& partition);
  // Whether the topic is still the one that `position`, an earlier one, was read from: else where
  // to read on.
  absl::StatusOr<std::optional<int64_t>> Recheck(const kafka::TopicPartition& partition,
                                                 const TopicPosition& position);

  // Where reading of it was begun; the partition was assigned.
  int64_t begun(const kafka::TopicPartition& partition) const { return begun_.at(partition); }

  absl::StatusOr<std::vector<int64_t>> OnAssigned(
      std::span<const kafka::TopicPartition> partitions) override;
  // TopicPositions are committed with each batch, so nothing is in hand between two Polls.
  void OnRevoked(std::span<const kafka::TopicPartition> partitions) override;
  void OnLost(std::span<const kafka::TopicPartition> partitions) override;

 private:
  using Marks = kafka::TopicReader::Watermarks;

  // Whether another message, or none, stands where the position has seen one.
  absl::StatusOr<bool> IsAnother(const kafka::TopicPartition& partition,
                                 const TopicPosition& position, const Marks& marks,
                                 absl::Duration patience);
  // Starts at the beginning of what is there, with a gap noted for what is not.
  absl::StatusOr<int64_t> StartAnew(const kafka::TopicPartition& partition,
                                    const TopicPosition& position, const Marks& marks,
                                    service::Gap::Cause cause);

  const std::unique_ptr<kafka::TopicReader> reader_;
  Ledger& ledger_;
  Clock& clock_;
  IngestMetrics metrics_;
  std::map<kafka::TopicPartition, int64_t> begun_;
};

// The consumer's thread: from Kafka to the intake. When the database is away the partitions are
// paused, and the same messages are taken again once it is back; none is skipped, and the group
// keeps us as a member. Kafka's own committed offset only follows the ledger's positions.
class Ingest {
 public:
  struct Options {
    kafka::ClientOptions client;
    std::string topic;
    std::string group;
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
  static constexpr size_t kBatch = 500;  // messages
  static constexpr absl::Duration kPoll = absl::Milliseconds(200);
  // In less time no topic is deleted and made anew.
  static constexpr absl::Duration kPause = absl::Milliseconds(300);

  absl::StatusOr<absl::Time> Step();
  absl::Status Connect();
  absl::Status PollAndTake();
  absl::Status Take(std::span<const kafka::ReceivedMessage> messages);
  using Positions = std::map<kafka::TopicPartition, TopicPosition>;
  absl::StatusOr<Positions> PositionsBeforePause(std::span<const kafka::ReceivedMessage> messages);
  absl::Status Recheck(const Positions& before);
  absl::Status NotePassed();
  void ReadAgain(std::span<const kafka::ReceivedMessage> messages);
  absl::Status RestartStopped(std::span<const kafka::Consumer::PartitionError> errors);
  void Publish(const absl::Status& status);

  const Options options_;
  Ledger& ledger_;
  Intake& intake_;
  Clock& clock_;
  IngestMetrics metrics_;

  // The thread's own; the hook outlives the consumer.
  std::unique_ptr<StartOffsets> start_offsets_;
  std::unique_ptr<kafka::Consumer> consumer_;
  std::vector<kafka::TopicPartition> assigned_;            // when it was last looked at
  std::map<kafka::TopicPartition, absl::Duration> taken_;  // when something last came, by uptime
  std::map<kafka::TopicPartition, int64_t> noted_;  // up to where the ledger knows it to be read

  mutable Mutex mutex_;
  absl::Status status_ ABSL_GUARDED_BY(mutex_) = absl::UnavailableError("not connected yet");
  int64_t lag_ ABSL_GUARDED_BY(mutex_) = 0;
  Worker worker_;  // last: its thread uses everything above
};

}  // namespace clusterwire::notification
