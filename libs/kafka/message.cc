#include "libs/kafka/message.h"

#include "absl/strings/str_cat.h"
#include "librdkafka/rdkafka.h"

namespace clusterwire::kafka {

std::string ToString(const TopicPartition& partition) {
  return absl::StrCat(partition.topic, "[", partition.partition, "]");
}

int32_t PartitionFor(std::string_view key, int32_t count) {
  return rd_kafka_msg_partitioner_murmur2(/*topic=*/nullptr, key.data(), key.size(), count,
                                          /*topic_opaque=*/nullptr, /*message_opaque=*/nullptr);
}

std::optional<std::string_view> FindHeader(const Headers& headers, std::string_view name) {
  for (auto header = headers.rbegin(); header != headers.rend(); ++header) {
    if (header->name == name) return header->value;
  }
  return std::nullopt;
}

}  // namespace clusterwire::kafka
