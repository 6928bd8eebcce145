#include "libs/kafka/partitioner.h"

#include "librdkafka/rdkafka.h"

namespace clusterwire::kafka {

int32_t PartitionFor(std::string_view key, int32_t count) {
  return rd_kafka_msg_partitioner_murmur2(/*topic=*/nullptr, key.data(), key.size(), count,
                                          /*topic_opaque=*/nullptr, /*message_opaque=*/nullptr);
}

}  // namespace clusterwire::kafka
