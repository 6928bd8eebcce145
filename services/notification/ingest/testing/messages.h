#pragma once

#include <cstdint>
#include <string>

#include "clusterwire/change/v1/resource_changed.pb.h"

#include "libs/kafka/message.h"

namespace clusterwire::notification {

// Cluster `id` changed from `before` to `after`, each a state ("published"), or "" for absent.
change::v1::ResourceChanged ClusterChange(const std::string& id, int64_t revision,
                                          const std::string& kind, const std::string& before,
                                          const std::string& after);

// As it comes from Kafka.
kafka::ReceivedMessage MessageOf(const change::v1::ResourceChanged& change, int64_t offset);

}  // namespace clusterwire::notification
