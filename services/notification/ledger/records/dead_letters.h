#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "clusterwire/notification/v1/delivery.pb.h"

#include "libs/kafka/message.h"
#include "libs/sql/connection.h"
#include "services/notification/ledger/deliveries/deliveries.h"

namespace clusterwire::notification {

// What came from Kafka and could not be read, whole, with its origin and the error: set aside so
// that it blocks nothing, and kept until somebody redrives it.
class DeadLetters {
 public:
  explicit DeadLetters(sql::Connection& connection) : connection_(connection) {}

  absl::Status Add(const kafka::ReceivedMessage& message, const absl::Status& error,
                   absl::Time now);
  // As it came. NOT_FOUND, and INVALID_ARGUMENT for what isn't a dead letter's name.
  absl::StatusOr<kafka::ReceivedMessage> Load(std::string_view name);
  absl::Status Remove(std::string_view name);

  // Newest first, values cut to 64 KiB. `after` is of the last one of the page before.
  absl::StatusOr<std::vector<v1::DeadLetter>> List(const std::optional<PageKey>& after, int limit);
  absl::StatusOr<int64_t> Count();

 private:
  sql::Connection& connection_;
};

// "deadLetters/topic.partition.offset".
std::string DeadLetterName(const kafka::TopicPartition& partition, int64_t offset);
PageKey PageKeyOf(const v1::DeadLetter& dead_letter);

}  // namespace clusterwire::notification
