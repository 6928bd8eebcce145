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
  if (!position) return kafka::kBeginning;
  ASSIGN_OR_RETURN(const kafka::TopicReader::Watermarks marks,
                   reader_->GetWatermarks(partition, kPatience));
  const int64_t next = position->next_offset;
  bool fits = next >= marks.start && next <= marks.end;
  if (fits && next > marks.start) {
    ASSIGN_OR_RETURN(const std::optional<kafka::ReceivedMessage> last,
                     reader_->ReadAt(partition, next - 1, kPatience));
    fits = !last || DigestOf(*last) == position->digest;
  }
  if (fits) return next;
  metrics_.topic_resets.Add();
  telemetry::LogError("the position doesn't fit the topic: it is read from its start",
                      {{"partition", kafka::ToString(partition)},
                       {"position", next},
                       {"start", marks.start},
                       {"end", marks.end}});
  return kafka::kBeginning;
}

absl::StatusOr<std::vector<int64_t>> StartOffsets::OnAssigned(
    std::span<const kafka::TopicPartition> partitions) {
  LogPartitions("partitions assigned", partitions);
  std::vector<int64_t> offsets;
  for (const kafka::TopicPartition& partition : partitions) {
    ASSIGN_OR_RETURN(offsets.emplace_back(), Of(partition));
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
                   kafka::TopicReader::Create(options_.client));
  consumer_.reset();  // before its hook
  start_offsets_ = std::make_unique<StartOffsets>(std::move(reader), ledger_, metrics_);
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
  const absl::Status mended = Mend(batch->errors);
  return taken.ok() ? mended : taken;
}

absl::Status Ingest::Take(std::span<const kafka::ReceivedMessage> messages) {
  if (messages.empty()) return absl::OkStatus();
  const absl::Status taken = intake_.Take(messages);
  if (!taken.ok()) {
    GoBack(messages);
    return taken;
  }
  std::map<kafka::TopicPartition, int64_t> next;
  for (const kafka::ReceivedMessage& message : messages) next[message.from] = message.offset + 1;
  for (const auto& [partition, offset] : next) {
    // Kafka's own offset is for those who watch the group; ours is in the ledger.
    const absl::Status stored = consumer_->Store(partition, offset);
    if (!stored.ok()) telemetry::LogWarning("offset not stored", {{"error", stored}});
  }
  return absl::OkStatus();
}

// The messages come again with a later Poll. The worker pauses before that.
void Ingest::GoBack(std::span<const kafka::ReceivedMessage> messages) {
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
absl::Status Ingest::Mend(std::span<const kafka::Consumer::PartitionError> errors) {
  for (const kafka::Consumer::PartitionError& error : errors) {
    telemetry::LogError("partition stopped",
                        {{"partition", kafka::ToString(error.partition)}, {"error", error.status}});
    const absl::StatusOr<int64_t> offset = start_offsets_->Of(error.partition);
    const absl::Status mended =
        offset.ok() ? consumer_->Restart(error.partition, *offset) : offset.status();
    if (!mended.ok()) {
      consumer_.reset();  // a new one is assigned everything anew
      return mended;
    }
  }
  return absl::OkStatus();
}

void Ingest::Publish(const absl::Status& status) {
  int64_t lag = 0;
  bool assigned = false;
  if (consumer_ != nullptr) {
    assigned = !consumer_->assigned().empty();
    for (const kafka::Consumer::Lag& partition : consumer_->lag()) {
      if (partition.end >= 0 && partition.position >= 0) {
        lag += std::max<int64_t>(0, partition.end - partition.position);
      }
    }
  }
  metrics_.lag.Set(static_cast<double>(lag));
  MutexLock lock(mutex_);
  lag_ = lag;
  status_ = status.ok() && !assigned ? absl::UnavailableError("no partition assigned yet") : status;
}

}  // namespace clusterwire::notification
