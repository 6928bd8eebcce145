#include "services/notification/ledger/records/topic_positions.h"

#include "libs/base/status/error.h"

namespace clusterwire::notification {

absl::Status TopicPositions::Move(const kafka::TopicPartition& partition,
                                  const TopicPosition& position) {
  return connection_.Execute(
      "INSERT INTO topic_position (topic, topic_partition, next_offset, digest)"
      " VALUES ($1, $2, $3, $4) ON CONFLICT (topic, topic_partition) DO UPDATE SET"
      " next_offset = excluded.next_offset, digest = excluded.digest",
      {partition.topic, partition.partition, position.next_offset, sql::Bytes{position.digest}});
}

absl::StatusOr<std::optional<TopicPosition>> TopicPositions::Find(
    const kafka::TopicPartition& partition) {
  ASSIGN_OR_RETURN(const sql::Result found,
                   connection_.Query("SELECT next_offset, digest FROM topic_position"
                                     " WHERE topic = $1 AND topic_partition = $2",
                                     {partition.topic, partition.partition}));
  if (found.rows.empty()) return std::nullopt;
  return TopicPosition{.next_offset = found.rows[0].Int(0), .digest = found.rows[0].Bytes(1)};
}

}  // namespace clusterwire::notification
