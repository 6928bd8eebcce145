#pragma once

#include <string_view>

#include "absl/status/status.h"

#include "libs/kafka/client.h"

// What can be told of a configuration without a broker.
namespace clusterwire::kafka {

// INVALID_ARGUMENT for a name that no topic can have.
absl::Status CheckTopicName(std::string_view name);

// INVALID_ARGUMENT with each property that librdkafka doesn't know, or not with that value, by its
// path within `path`: "kafka.properties[sasl.mechansim]". A value that may be a secret is not
// quoted.
absl::Status CheckProperties(std::string_view path, const Config& properties);

// INVALID_ARGUMENT for what can't be a list of brokers: "host:port", by commas.
absl::Status CheckBrokers(std::string_view brokers);

// What librdkafka says of the properties together and of the files that they name, once a client is
// made: INVALID_ARGUMENT at `path`. Nothing is connected to.
absl::Status CheckTogether(std::string_view path, const Config& properties);

}  // namespace clusterwire::kafka
