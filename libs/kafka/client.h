#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

// What producer, consumer, reader and admin have in common. Their headers don't include librdkafka.
struct rd_kafka_s;

namespace clusterwire::kafka {

// librdkafka's own properties ("security.protocol", "ssl.ca.location", …), laid over our defaults.
// Those a class depends on for its promise are refused with a clear error.
using Config = std::map<std::string, std::string>;

enum class LogLevel { kError, kWarning, kInfo, kDebug };

struct ClientOptions {
  std::string brokers;  // "host:port,host:port"
  Config config = {};
  // Called from threads of librdkafka's own: thread-safe, quick, and alive as long as the client.
  std::function<void(LogLevel, std::string_view facility, std::string_view text)> log = {};
};

struct ClientCloser {
  void operator()(rd_kafka_s* client) const;
};
using Client = std::unique_ptr<rd_kafka_s, ClientCloser>;

}  // namespace clusterwire::kafka
