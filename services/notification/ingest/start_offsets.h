#pragma once

#include <memory>
#include <span>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "libs/kafka/consumer.h"
#include "libs/kafka/reader.h"
#include "services/notification/ingest/metrics.h"
#include "services/notification/ledger/ledger.h"

namespace clusterwire::notification {

// Where to start reading: at the ledger's position, after a look whether it still fits the topic.
// The message before it must be the one that was taken; when another stands there, or the offset is
// outside the log, the topic was made anew or has lost what we had not read: an alarm, and all of
// it is read from its start (what is known is recognised). A message that the topic has meanwhile
// dropped can't be compared and is believed. Called on the consumer's thread.
class StartOffsets final : public kafka::RebalanceHook {
 public:
  static constexpr absl::Duration kPatience = absl::Seconds(10);

  // The arguments by reference outlive it.
  StartOffsets(std::unique_ptr<kafka::Reader> reader, Ledger& ledger, IngestMetrics metrics)
      : reader_(std::move(reader)), ledger_(ledger), metrics_(metrics) {}

  absl::StatusOr<int64_t> Of(const kafka::TopicPartition& partition);

  absl::StatusOr<std::vector<int64_t>> OnAssigned(
      std::span<const kafka::TopicPartition> partitions) override;
  // TopicPositions are committed with each batch, so nothing is in hand between two Polls.
  void OnRevoked(std::span<const kafka::TopicPartition> partitions) override;
  void OnLost(std::span<const kafka::TopicPartition> partitions) override;

 private:
  const std::unique_ptr<kafka::Reader> reader_;
  Ledger& ledger_;
  IngestMetrics metrics_;
};

}  // namespace clusterwire::notification
