#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "libs/kafka/client.h"
#include "libs/kafka/message.h"

namespace clusterwire::kafka {

// Offsets that mean a place instead of a number.
inline constexpr int64_t kBeginning = -2;
inline constexpr int64_t kCommitted = -1000;  // where the group's committed offset stands

// What the owner of a consumer does when partitions come and go. Called inside Poll() and inside
// the consumer's destructor, on the thread that owns the consumer.
class RebalanceHook {
 public:
  virtual ~RebalanceHook() = default;
  // One start offset for each partition newly given, in the same order: from the owner's own
  // positions, or one of the constants above. An error leaves these partitions unread; Poll()
  // returns it and the next Poll() asks again, so the caller pauses between.
  virtual absl::StatusOr<std::vector<int64_t>> OnAssigned(
      std::span<const TopicPartition> partitions) = 0;
  // Still ours: the last chance to finish and Store() what is in hand.
  virtual void OnRevoked(std::span<const TopicPartition> partitions) = 0;
  // Already given to somebody else (this member was thrown out of the group): drop what is in hand.
  virtual void OnLost(std::span<const TopicPartition> partitions) = 0;
};

// A member of a consumer group (cooperative-sticky). One thread owns it: only that thread calls it.
// Nothing is committed before Store() said that it was processed, so a crash brings messages again
// and never skips any. An offset that the log doesn't hold is an error for the owner to decide on;
// the consumer never jumps by itself.
class Consumer {
 public:
  struct Options {
    ClientOptions client;
    std::string group;
    std::vector<std::string> topics;
    RebalanceHook* hook = nullptr;  // required; outlives the consumer
  };

  // A partition that is not read further until Restart(): OUT_OF_RANGE when its offset is outside
  // the log, NOT_FOUND when its topic is gone.
  struct PartitionError {
    TopicPartition partition;
    absl::Status status;
  };
  struct Batch {
    std::vector<ReceivedMessage> messages;  // in order within each partition
    std::vector<PartitionError> errors;
  };
  struct Lag {
    TopicPartition partition;
    // The next message handed out stands here or later; kBeginning while unknown. Markers of
    // transactions and what aborted ones wrote count as read once they were passed.
    int64_t position = 0;
    int64_t end = 0;  // of the log, as of the last fetch; -1 while unknown
  };

  static absl::StatusOr<std::unique_ptr<Consumer>> Create(Options options);
  // Calls OnRevoked for what is assigned, commits what was stored, leaves the group; within 3 s,
  // also when the broker doesn't answer.
  ~Consumer();
  Consumer(const Consumer&) = delete;
  Consumer& operator=(const Consumer&) = delete;

  // Waits up to `wait` for a first message, then takes what is there, up to `limit`. Must be called
  // at least every five minutes (max.poll.interval.ms), else the group gives the partitions away.
  // An error is either the hook's own or one that only a new consumer cures (NeedsNewClient()).
  absl::StatusOr<Batch> Poll(size_t limit, absl::Duration wait);

  // Everything before `next_offset` is processed; committed in the background and at the end.
  absl::Status Store(const TopicPartition& partition, int64_t next_offset);

  // Reads on from `offset`, dropping what was fetched: after a PartitionError, after a batch that
  // could not be processed, or to go back.
  absl::Status Restart(const TopicPartition& partition, int64_t offset);

  // Why the group gives us nothing: what went wrong when it was last joined, such as a setting
  // that the broker refuses or a right that is missing. It is tried again by itself. OK once
  // partitions were assigned.
  const absl::Status& group_status() const;
  // Assigned and with a start offset.
  std::vector<TopicPartition> assigned() const;
  // From what the last fetches said; asks no broker.
  std::vector<Lag> lag() const;

 private:
  struct State;
  Consumer(Client client, State* state) : client_(std::move(client)), state_(state) {}

  Client client_;
  State* const state_;  // the client's
};

}  // namespace clusterwire::kafka
