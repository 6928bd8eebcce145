#include "services/notification/ingest/ingest.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "absl/strings/str_join.h"

#include "libs/base/status/error.h"
#include "libs/telemetry/log.h"
#include "services/notification/ingest/message.h"

namespace clusterwire::notification {
namespace {

void LogPartitions(std::string_view message, std::span<const kafka::TopicPartition> partitions) {
  const auto append = [](std::string* out, const kafka::TopicPartition& partition) {
    out->append(kafka::ToString(partition));
  };
  telemetry::LogInfo(message, {{"partitions", absl::StrJoin(partitions, ", ", append)}});
}

}  // namespace

absl::StatusOr<int64_t> StartOffsets::Of(const kafka::TopicPartition& partition) {
  ASSIGN_OR_RETURN(const std::optional<TopicPosition> position,
                   ledger_.Read([&](sql::Connection& connection) {
                     return TopicPositions(connection).Find(partition);
                   }));
  ASSIGN_OR_RETURN(const Marks marks, reader_->GetWatermarks(partition, kPatience));
  if (!position) {
    RETURN_IF_ERROR(ledger_.Write([&](sql::Connection& connection) {
      return TopicPositions(connection)
          .Move(partition, {.next_offset = marks.start, .since = clock_.Now()});
    }));
    return marks.start;
  }
  ASSIGN_OR_RETURN(const bool another, IsAnother(partition, *position, marks, kPatience));
  if (another) return StartAnew(partition, *position, marks, service::Gap::Cause::kMadeAnew);
  if (std::max(position->next_offset, position->passed) < marks.start) {
    return StartAnew(partition, *position, marks, service::Gap::Cause::kForgotten);
  }
  return std::max(position->next_offset, marks.start);
}

absl::StatusOr<std::optional<int64_t>> StartOffsets::Recheck(const kafka::TopicPartition& partition,
                                                             const TopicPosition& position) {
  ASSIGN_OR_RETURN(const Marks marks, reader_->GetWatermarks(partition, kRecheckPatience));
  ASSIGN_OR_RETURN(const bool another, IsAnother(partition, position, marks, kRecheckPatience));
  if (!another) return std::nullopt;
  return StartAnew(partition, position, marks, service::Gap::Cause::kMadeAnew);
}

absl::StatusOr<bool> StartOffsets::IsAnother(const kafka::TopicPartition& partition,
                                             const TopicPosition& position, const Marks& marks,
                                             absl::Duration patience) {
  const int64_t next = position.next_offset;
  if (next > marks.end) return true;
  // A log begins later and later: one that begins before where it began is another.
  if (position.digest.empty()) return marks.start < next;
  if (next <= marks.start) return false;  // what could be compared is dropped
  ASSIGN_OR_RETURN(const std::optional<kafka::ReceivedMessage> last,
                   reader_->ReadAt(partition, next - 1, patience));
  if (last) return DigestOf(*last) != position.digest;
  // No message stands there, a transaction's marker perhaps: unless it was dropped just now,
  // another log stands there.
  ASSIGN_OR_RETURN(const Marks later, reader_->GetWatermarks(partition, patience));
  return next > later.start;
}

absl::StatusOr<int64_t> StartOffsets::StartAnew(const kafka::TopicPartition& partition,
                                                const TopicPosition& position, const Marks& marks,
                                                service::Gap::Cause cause) {
  metrics_.topic_resets.Add();
  telemetry::LogError("the position doesn't fit the topic: it is read from its start",
                      {{"partition", kafka::ToString(partition)},
                       {"position", position.next_offset},
                       {"start", marks.start},
                       {"end", marks.end}});
  const service::Gap gap = {.partition = partition,
                            .cause = cause,
                            .first_offset = position.next_offset,
                            .end_offset = marks.start,
                            .history = position.history,
                            .revision = position.revision,
                            .since = position.since};
  const auto note = [&](sql::Connection& connection) -> absl::Status {
    RETURN_IF_ERROR(service::Gaps(connection).Note(gap, clock_.Now()));
    return TopicPositions(connection).Move(partition, {.next_offset = marks.start});
  };
  RETURN_IF_ERROR(ledger_.Write(note));
  return marks.start;
}

absl::StatusOr<std::vector<int64_t>> StartOffsets::OnAssigned(
    std::span<const kafka::TopicPartition> partitions) {
  LogPartitions("partitions assigned", partitions);
  std::vector<int64_t> offsets;
  for (const kafka::TopicPartition& partition : partitions) {
    ASSIGN_OR_RETURN(begun_[partition], Of(partition));
    offsets.push_back(begun_[partition]);
  }
  return offsets;
}

void StartOffsets::OnRevoked(std::span<const kafka::TopicPartition> partitions) {
  LogPartitions("partitions given up", partitions);
}

void StartOffsets::OnLost(std::span<const kafka::TopicPartition> partitions) {
  LogPartitions("partitions lost", partitions);
}

Ingest::Ingest(Options options, Ledger& ledger, Intake& intake, Clock& clock, Random& random,
               IngestMetrics metrics)
    : options_(std::move(options)),
      ledger_(ledger),
      intake_(intake),
      clock_(clock),
      metrics_(metrics),
      worker_(clock, random, [this] { return Step(); }, {.limit = absl::Seconds(10)}) {}

absl::Status Ingest::status() const {
  MutexLock lock(mutex_);
  return status_;
}

int64_t Ingest::lag() const {
  MutexLock lock(mutex_);
  return lag_;
}

absl::StatusOr<absl::Time> Ingest::Step() {
  const absl::Status status = PollAndTake();
  Publish(status);
  if (!status.ok()) telemetry::LogWarning("ingest waits", {{"error", status}});
  RETURN_IF_ERROR(status);
  return absl::InfinitePast();  // the poll waits
}

absl::Status Ingest::Connect() {
  ASSIGN_OR_RETURN(std::unique_ptr<kafka::TopicReader> reader,
                   kafka::TopicReader::Create(options_.client, worker_.stop_token()));
  consumer_.reset();  // before its hook
  noted_.clear();
  start_offsets_ = std::make_unique<StartOffsets>(std::move(reader), ledger_, clock_, metrics_);
  ASSIGN_OR_RETURN(consumer_, kafka::Consumer::Create({.client = options_.client,
                                                       .group = options_.group,
                                                       .topics = {options_.topic},
                                                       .hook = start_offsets_.get()}));
  return absl::OkStatus();
}

absl::Status Ingest::PollAndTake() {
  if (consumer_ == nullptr) RETURN_IF_ERROR(Connect());
  absl::StatusOr<kafka::Consumer::Batch> batch = consumer_->Poll(kBatch, kPoll);
  if (!batch.ok()) {
    if (kafka::NeedsNewClient(batch.status())) consumer_.reset();
    return batch.status();
  }
  if (std::vector<kafka::TopicPartition> now = consumer_->assigned(); now != assigned_) {
    assigned_ = std::move(now);
    intake_.Rejoin();
  }
  const absl::Status taken = Take(batch->messages);
  if (consumer_ == nullptr) return taken;
  const absl::Status restarted = RestartStopped(batch->errors);
  if (!taken.ok() || !restarted.ok()) return taken.ok() ? restarted : taken;
  return NotePassed();
}

// What lies between the last message and the end of a partition, and is none, is noted: when the
// topic drops it, nothing is missing. Rare, since none of ours writes in transactions.
absl::Status Ingest::NotePassed() {
  for (const kafka::Consumer::Lag& partition : consumer_->lag()) {
    if (partition.position < 0) continue;
    int64_t& noted =
        noted_.try_emplace(partition.partition, start_offsets_->begun(partition.partition))
            .first->second;
    if (partition.position <= noted) continue;
    RETURN_IF_ERROR(ledger_.Write([&](sql::Connection& connection) {
      return TopicPositions(connection).Pass(partition.partition, partition.position);
    }));
    noted = partition.position;
  }
  return absl::OkStatus();
}

absl::Status Ingest::Take(std::span<const kafka::ReceivedMessage> messages) {
  if (messages.empty()) return absl::OkStatus();
  const absl::StatusOr<Positions> before = PositionsBeforePause(messages);
  const absl::Status taken = before.ok() ? intake_.Take(messages) : before.status();
  if (!taken.ok()) {
    ReadAgain(messages);
    return taken;
  }
  std::map<kafka::TopicPartition, int64_t> next;
  for (const kafka::ReceivedMessage& message : messages) next[message.from] = message.offset + 1;
  for (const auto& [partition, offset] : next) {
    noted_[partition] = offset;
    // Kafka's own offset is for those who watch the group; ours is in the ledger.
    const absl::Status stored = consumer_->Store(partition, offset);
    if (!stored.ok()) telemetry::LogWarning("offset not stored", {{"error", stored}});
  }
  return Recheck(*before);
}

// Where the partitions stood from which nothing had come for a while.
absl::StatusOr<Ingest::Positions> Ingest::PositionsBeforePause(
    std::span<const kafka::ReceivedMessage> messages) {
  const absl::Duration now = clock_.Uptime();
  Positions before;
  for (const kafka::ReceivedMessage& message : messages) {
    absl::Duration& taken = taken_[message.from];
    const bool paused = now - std::exchange(taken, now) > kPause;
    if (!paused) continue;
    ASSIGN_OR_RETURN(const std::optional<TopicPosition> position,
                     ledger_.Read([&](sql::Connection& connection) {
                       return TopicPositions(connection).Find(message.from);
                     }));
    if (position) before[message.from] = *position;
  }
  return before;
}

// A topic that was made anew while we read it, and filled beyond where we were, goes on as if
// nothing had happened. So after each pause in which that may have been, and after what came has
// been handed on, the message before the pause is looked at once more.
absl::Status Ingest::Recheck(const Positions& before) {
  for (const auto& [partition, position] : before) {
    ASSIGN_OR_RETURN(const std::optional<int64_t> start,
                     start_offsets_->Recheck(partition, position));
    if (!start) continue;
    RETURN_IF_ERROR(consumer_->Restart(partition, *start));
    noted_[partition] = *start;
  }
  return absl::OkStatus();
}

// The messages come again with a later Poll. The worker pauses before that.
void Ingest::ReadAgain(std::span<const kafka::ReceivedMessage> messages) {
  std::map<kafka::TopicPartition, int64_t> first;
  for (const kafka::ReceivedMessage& message : messages) {
    first.try_emplace(message.from, message.offset);
  }
  for (const auto& [partition, offset] : first) {
    const absl::Status back = consumer_->Restart(partition, offset);
    if (back.ok()) continue;
    telemetry::LogWarning("messages can't be read again: a new consumer", {{"error", back}});
    consumer_.reset();  // what can't go back must not go on: it would skip the batch
    return;
  }
}

// A partition whose offset is outside the log, or whose topic is gone, is read on from where the
// ledger and the topic say now.
absl::Status Ingest::RestartStopped(std::span<const kafka::Consumer::PartitionError> errors) {
  for (const kafka::Consumer::PartitionError& error : errors) {
    telemetry::LogError("partition stopped",
                        {{"partition", kafka::ToString(error.partition)}, {"error", error.status}});
    const absl::StatusOr<int64_t> offset = start_offsets_->Of(error.partition);
    const absl::Status restarted =
        offset.ok() ? consumer_->Restart(error.partition, *offset) : offset.status();
    if (!restarted.ok()) {
      consumer_.reset();  // a new one is assigned everything anew
      return restarted;
    }
    noted_[error.partition] = *offset;
  }
  return absl::OkStatus();
}

void Ingest::Publish(const absl::Status& status) {
  int64_t lag = 0;
  absl::Status shown = status;
  if (consumer_ != nullptr) {
    if (shown.ok()) shown = consumer_->group_status();
    if (shown.ok() && consumer_->assigned().empty()) {
      shown = absl::UnavailableError("no partition assigned yet");
    }
    for (const kafka::Consumer::Lag& partition : consumer_->lag()) {
      if (partition.end >= 0 && partition.position >= 0) {
        lag += std::max<int64_t>(0, partition.end - partition.position);
      }
    }
  }
  metrics_.lag.Set(static_cast<double>(lag));
  MutexLock lock(mutex_);
  lag_ = lag;
  status_ = std::move(shown);
}

}  // namespace clusterwire::notification
