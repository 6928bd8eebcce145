#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "libs/kafka/client.h"
#include "libs/kafka/message.h"

namespace clusterwire::kafka {

// Looks at single messages of a topic outside of any group: to compare the one before a stored
// position, to read the topic's tail. Changes nothing and commits nothing. One thread owns it; a
// RebalanceHook may use one inside its calls.
class TopicReader {
 public:
  struct Watermarks {
    int64_t start = 0;  // first offset that the log still holds
    int64_t end = 0;    // offset that the next message will get; start == end: it is empty
  };

  static absl::StatusOr<std::unique_ptr<TopicReader>> Create(ClientOptions options);

  absl::StatusOr<Watermarks> GetWatermarks(const TopicPartition& partition, absl::Duration wait);

  // The message at exactly `offset`; nothing when it is outside the log or was compacted away.
  absl::StatusOr<std::optional<ReceivedMessage>> ReadAt(const TopicPartition& partition,
                                                        int64_t offset, absl::Duration wait);

  // The last message of each partition that has one, in order of partitions. NOT_FOUND when there
  // is no such topic.
  absl::StatusOr<std::vector<ReceivedMessage>> Tail(const std::string& topic, absl::Duration wait);

 private:
  explicit TopicReader(Client client) : client_(std::move(client)) {}

  Client client_;
};

}  // namespace clusterwire::kafka
