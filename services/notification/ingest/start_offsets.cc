#include "services/notification/ingest/start_offsets.h"

#include <optional>
#include <string>

#include "libs/base/status/error.h"
#include "libs/telemetry/log.h"
#include "services/notification/ingest/digest.h"
#include "services/notification/ledger/records/topic_positions.h"

namespace clusterwire::notification {
namespace {

void LogPartitions(std::string_view message, std::span<const kafka::TopicPartition> partitions) {
  std::string names;
  for (const kafka::TopicPartition& partition : partitions) {
    names += (names.empty() ? "" : ", ") + kafka::ToString(partition);
  }
  telemetry::LogInfo(message, {{"partitions", names}});
}

}  // namespace

absl::StatusOr<int64_t> StartOffsets::Of(const kafka::TopicPartition& partition) {
  ASSIGN_OR_RETURN(const std::optional<TopicPosition> position,
                   ledger_.Read([&](sql::Connection& connection) {
                     return TopicPositions(connection).Find(partition);
                   }));
  if (!position) return kafka::kBeginning;
  ASSIGN_OR_RETURN(const kafka::Reader::Watermarks marks,
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

}  // namespace clusterwire::notification
