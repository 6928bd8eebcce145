#pragma once

#include <map>
#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "libs/kafka/consumer.h"

namespace clusterwire::kafka {

// A rebalance hook with positions in memory, as a service keeps them in its database. Used on the
// consumer's thread.
class Positions final : public RebalanceHook {
 public:
  absl::StatusOr<std::vector<int64_t>> OnAssigned(
      std::span<const TopicPartition> partitions) override;
  void OnRevoked(std::span<const TopicPartition> partitions) override;
  void OnLost(std::span<const TopicPartition> partitions) override;

  std::map<TopicPartition, int64_t> next;  // a partition that isn't here starts at the beginning
  int failures = 0;                        // so many calls of OnAssigned fail first
  std::vector<TopicPartition> assigned;    // these three: all that were, in order
  std::vector<TopicPartition> revoked;
  std::vector<TopicPartition> lost;
};

// The values of the next `count` messages, or of fewer when `patience` passes first.
std::vector<std::string> ReadValues(Consumer& consumer, size_t count, absl::Duration patience);

}  // namespace clusterwire::kafka
