#include "libs/kafka/testing/positions.h"

#include "absl/status/status.h"
#include "absl/time/clock.h"

namespace clusterwire::kafka {

absl::StatusOr<std::vector<int64_t>> Positions::OnAssigned(
    std::span<const TopicPartition> partitions) {
  if (failures > 0) {
    --failures;
    return absl::UnavailableError("database is away");
  }
  std::vector<int64_t> offsets;
  for (const TopicPartition& partition : partitions) {
    assigned.push_back(partition);
    const auto found = next.find(partition);
    offsets.push_back(found == next.end() ? kBeginning : found->second);
  }
  return offsets;
}

void Positions::OnRevoked(std::span<const TopicPartition> partitions) {
  revoked.insert(revoked.end(), partitions.begin(), partitions.end());
}

void Positions::OnLost(std::span<const TopicPartition> partitions) {
  lost.insert(lost.end(), partitions.begin(), partitions.end());
}

std::vector<std::string> ReadValues(Consumer& consumer, size_t count, absl::Duration patience) {
  std::vector<std::string> values;
  const absl::Time deadline = absl::Now() + patience;
  while (values.size() < count && absl::Now() < deadline) {
    auto batch = consumer.Poll(count - values.size(), absl::Milliseconds(500));
    if (!batch.ok()) return {"error: " + batch.status().ToString()};
    for (auto& message : batch->messages) values.push_back(std::move(message.value));
  }
  return values;
}

}  // namespace clusterwire::kafka
