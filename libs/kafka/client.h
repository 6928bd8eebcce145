#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"

// What producer, consumer, reader and admin have in common. Their headers don't include librdkafka.
struct rd_kafka_s;

namespace clusterwire::kafka {

// librdkafka's own properties ("security.protocol", "ssl.ca.location", …), laid over our defaults.
// Those a class depends on for its promise are refused with a clear error.
using Config = std::map<std::string, std::string>;

enum class LogLevel { kError, kWarning, kInfo, kDebug };
using LogCallback =
    std::function<void(LogLevel level, std::string_view facility, std::string_view text)>;

struct ClientOptions {
  std::string brokers;  // "host:port,host:port"
  Config config = {};
  // Called from threads of librdkafka's own: thread-safe, quick, and alive as long as the client.
  LogCallback log = {};
};

struct ClientCloser {
  void operator()(rd_kafka_s* client) const;
};
using Client = std::unique_ptr<rd_kafka_s, ClientCloser>;

// What went wrong between a client and the brokers is a status that says what to do:
//   UNAVAILABLE          KAFKA_UNAVAILABLE          retriable: brokers away, leader moving, …
//   ABORTED              KAFKA_FATAL                this client is done for: make a new one
//   NOT_FOUND            KAFKA_TOPIC_UNKNOWN        no such topic or partition
//   OUT_OF_RANGE         KAFKA_OFFSET_OUT_OF_RANGE  the log doesn't hold that offset
//   INVALID_ARGUMENT     KAFKA_MESSAGE_TOO_LARGE    above the client's or the topic's limit
//   FAILED_PRECONDITION  KAFKA_CLOCK                the message's time is too far from the broker's
//   FAILED_PRECONDITION  KAFKA_SETTING_REFUSED      the broker refuses a setting of this client
//   PERMISSION_DENIED    KAFKA_NOT_AUTHORIZED       credentials, or a right that the user lacks
//   INTERNAL             KAFKA_ERROR                everything else
// Metadata holds librdkafka's name of the error under "error", and under "remedy" what RemedyOf()
// gives.

// What to do about such a status, for people; empty for any other.
std::string RemedyOf(const absl::Status& status);

// True when trying again later with the same client may work.
bool IsRetriable(const absl::Status& status);
// True when only a new client helps.
bool NeedsNewClient(const absl::Status& status);

}  // namespace clusterwire::kafka
