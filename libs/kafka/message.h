#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"

// Plain data, free of librdkafka: what other libraries hand over and get back.
namespace clusterwire::kafka {

struct TopicPartition {
  std::string topic;
  int32_t partition = 0;
  friend auto operator<=>(const TopicPartition&, const TopicPartition&) = default;
};

// "topic[3]", for messages to people.
std::string ToString(const TopicPartition& partition);

// The partition that Java's default partitioner gives a key (32-bit MurmurHash2), so that producers
// in any language put one key into one partition. `count` > 0. It is handed in, not asked from the
// broker: who must keep a key in its partition while the topic grows stores the count.
int32_t PartitionFor(std::string_view key, int32_t count);

struct Header {
  std::string name;
  std::string value;
  friend bool operator==(const Header&, const Header&) = default;
};
using Headers = std::vector<Header>;

// The last header of this name, as Kafka's own clients read repeated ones.
std::optional<std::string_view> FindHeader(const Headers& headers, std::string_view name);

struct Message {
  TopicPartition to;
  std::string key;
  std::string value;
  Headers headers;
  // Has no value, and `value` is ignored: a compacted topic forgets the key by and by.
  bool tombstone = false;
};

struct ReceivedMessage {
  TopicPartition from;
  int64_t offset = 0;
  absl::Time time;  // what the broker or the producer stamped; InfinitePast when neither did
  std::string key;
  std::string value;  // empty also when the message has none (a tombstone)
  Headers headers;
};

}  // namespace clusterwire::kafka
