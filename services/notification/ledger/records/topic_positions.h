#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "libs/kafka/message.h"
#include "libs/sql/connection.h"

namespace clusterwire::notification {

struct TopicPosition {
  int64_t next_offset = 0;
  std::string digest;  // of the message at next_offset - 1, as it came
};

// Where ingest goes on, kept with what it has done and not in Kafka: the two can't disagree.
class TopicPositions {
 public:
  explicit TopicPositions(sql::Connection& connection) : connection_(connection) {}

  absl::Status Move(const kafka::TopicPartition& partition, const TopicPosition& position);
  // Nothing when the partition was never read.
  absl::StatusOr<std::optional<TopicPosition>> Find(const kafka::TopicPartition& partition);

 private:
  sql::Connection& connection_;
};

}  // namespace clusterwire::notification
