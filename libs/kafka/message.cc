#include "libs/kafka/message.h"

#include "absl/strings/str_cat.h"

namespace clusterwire::kafka {

std::string ToString(const TopicPartition& partition) {
  return absl::StrCat(partition.topic, "[", partition.partition, "]");
}

std::optional<std::string_view> FindHeader(const Headers& headers, std::string_view name) {
  for (auto header = headers.rbegin(); header != headers.rend(); ++header) {
    if (header->name == name) return header->value;
  }
  return std::nullopt;
}

}  // namespace clusterwire::kafka
