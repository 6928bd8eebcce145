#include "libs/service/settings.h"

#include "absl/strings/numbers.h"

#include "libs/config/check.h"

namespace clusterwire::service {
namespace {

// Connections that the parts of a service hold besides those of reading calls.
constexpr int kOwnConnections = 8;
constexpr int kMaxThreads = 64;

// Puts what librdkafka says into the service's log, at its own level.
void LogKafka(kafka::LogLevel level, std::string_view facility, std::string_view text) {
  constexpr decltype(&telemetry::LogError) kInOrder[] = {
      &telemetry::LogError, &telemetry::LogWarning, &telemetry::LogInfo, &telemetry::LogDebug};
  kInOrder[static_cast<size_t>(level)]("kafka", {{"facility", facility}, {"text", text}});
}

// host:port, which CheckAddress() has accepted.
void SplitAddress(const std::string& address, http::Server::Options* options) {
  const size_t colon = address.rfind(':');
  if (colon == std::string::npos || colon == 0) return;
  options->address = address.substr(0, colon);
  if (options->address.front() == '[') {
    options->address = options->address.substr(1, options->address.size() - 2);
  }
  if (!absl::SimpleAtoi(address.substr(colon + 1), &options->port)) options->port = 0;
}

}  // namespace

absl::Duration OrDefault(bool is_set, const google::protobuf::Duration& value,
                         absl::Duration by_default) {
  return is_set ? config::ToDuration(value) : by_default;
}

sql::Options ConnectionsFor(const config::v1::Database& database) {
  sql::Options options;
  options.connections = OrDefault(database.readers(), 4) + kOwnConnections;
  return options;
}

Settings ReadCommon(const config::v1::Listen& listen, const config::v1::Database& database,
                    const config::v1::Kafka& kafka, const config::v1::Calls& calls,
                    const config::v1::Log& log, const config::v1::Stop& stop,
                    const std::string& token_key_file, FieldErrors& errors) {
  config::CheckAddress(errors, "listen.grpc_address", listen.grpc_address());
  config::CheckAddress(errors, "listen.http_address", listen.http_address());
  errors.AddAll("database.url", sql::Database::CheckUrl(database.url()));
  config::CheckRange(errors, "database.readers", database.readers(), 0, 100);
  config::CheckSet(errors, "kafka.brokers", kafka.brokers());
  config::CheckRange(errors, "calls.readers", calls.readers(), 0, kMaxThreads);
  config::CheckRange(errors, "calls.writers", calls.writers(), 0, kMaxThreads);
  config::CheckRange(errors, "calls.queue_limit", calls.queue_limit(), 0, 100'000);
  config::CheckSet(errors, "token_key_file", token_key_file);
  if (stop.has_grace()) {
    config::CheckRange(errors, "stop.grace", stop.grace(), absl::ZeroDuration(), absl::Minutes(10));
  }
  const auto level = telemetry::ParseLogLevel(log.level().empty() ? "info" : log.level());
  errors.AddAll("log.level", level.status());

  Settings settings;
  settings.grpc.address = listen.grpc_address();
  settings.grpc.allow_insecure = listen.allow_insecure();
  SplitAddress(listen.http_address(), &settings.http);
  settings.database = database.url();
  settings.database_options = ConnectionsFor(database);
  settings.kafka.brokers = kafka.brokers();
  settings.kafka.config = {kafka.properties().begin(), kafka.properties().end()};
  settings.kafka.log = LogKafka;
  settings.topic = kafka.topic().empty() ? "clusterwire.changes.v1" : kafka.topic();
  settings.readers = OrDefault(calls.readers(), 4);
  settings.writers = OrDefault(calls.writers(), kMaxThreads);
  settings.queue_limit = static_cast<size_t>(OrDefault(calls.queue_limit(), 1000));
  if (level.ok()) settings.log_level = *level;
  settings.stop_grace = OrDefault(stop.has_grace(), stop.grace(), absl::Seconds(10));
  settings.token_key_file = token_key_file;
  return settings;
}

}  // namespace clusterwire::service
