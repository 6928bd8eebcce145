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

struct DeadLetterQuery {
  std::string topic = {};  // these two may be empty
  std::string error = {};  // a part of it, in any case of letters
  // When they were met: from, and before.
  absl::Time from = absl::InfinitePast();
  absl::Time until = absl::InfiniteFuture();
  std::optional<PageKey> after = {};  // of the last one of the page before
  int limit = 20;
  int bytes = 64 * 1024;  // of each value
};

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

  // Newest first.
  absl::StatusOr<std::vector<v1::DeadLetter>> List(const DeadLetterQuery& query);
  // Of all pages.
  absl::StatusOr<int64_t> Count(const DeadLetterQuery& query = {});

 private:
  sql::Connection& connection_;
};

// "deadLetters/topic.partition.offset".
std::string DeadLetterName(const kafka::TopicPartition& partition, int64_t offset);
PageKey PageKeyOf(const v1::DeadLetter& dead_letter);

}  // namespace clusterwire::notification
