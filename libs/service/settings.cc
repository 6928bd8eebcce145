#include "libs/service/settings.h"

#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

#include "libs/base/text/strings.h"
#include "libs/config/check.h"
#include "libs/kafka/check.h"
#include "libs/service/caller_settings.h"
#include "libs/sql/url.h"
#include "libs/telemetry/foreign_log.h"

namespace clusterwire::service {
namespace {

// Connections that the parts of a service hold besides those of reading calls.
constexpr int kOwnConnections = 8;
constexpr int kMaxThreads = 64;

// Puts what librdkafka says into the service's log, at its own level.
void LogKafka(kafka::LogLevel level, std::string_view facility, std::string_view text) {
  constexpr telemetry::LogLevel kInOrder[] = {
      telemetry::LogLevel::kError, telemetry::LogLevel::kWarning, telemetry::LogLevel::kInfo,
      telemetry::LogLevel::kDebug};
  telemetry::LogForeign(kInOrder[static_cast<size_t>(level)], "kafka", facility, text);
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

// Those that need each other.
TlsFiles ReadTls(const config::v1::Tls& tls, FieldErrors& errors) {
  const bool shows = !tls.certificate_file().empty();
  if (shows && tls.key_file().empty()) {
    errors.Add("listen.tls.key_file", "is not set; name the key of listen.tls.certificate_file");
  }
  if (!shows && !(tls.key_file().empty() && tls.client_ca_file().empty())) {
    errors.Add("listen.tls.certificate_file",
               "is not set, so there is no TLS; name the certificate that the service shows, or "
               "leave out listen.tls.key_file and listen.tls.client_ca_file");
  }
  if (tls.require_client_certificate() && tls.client_ca_file().empty()) {
    errors.Add("listen.tls.client_ca_file",
               "is not set, and listen.tls.require_client_certificate needs it: name the "
               "authorities of clients' certificates");
  }
  return {.certificate = tls.certificate_file(),
          .key = tls.key_file(),
          .client_ca = tls.client_ca_file(),
          .require_client_certificate = tls.require_client_certificate()};
}

void CheckListens(const config::v1::Listen& listen, std::string_view path,
                  const std::string& address, FieldErrors& errors) {
  FieldErrors form;
  config::CheckAddress(form, path, address);
  errors.AddAll("", form.ToStatus());
  if (!form.empty()) return;
  // A half of TLS is an error already.
  const config::v1::Tls& tls = listen.tls();
  const bool encrypted =
      !(tls.certificate_file().empty() && tls.key_file().empty() && tls.client_ca_file().empty());
  errors.AddAll(path, rpc::CheckAddress(address, encrypted, listen.allow_insecure()));
}

void ReadListen(const config::v1::Listen& listen, Settings* settings, FieldErrors& errors) {
  settings->tls = ReadTls(listen.tls(), errors);
  settings->grpc.address = listen.grpc_address();
  settings->grpc.allow_insecure = listen.allow_insecure();
  settings->grpc.require_client_certificate = settings->tls.require_client_certificate;
  CheckListens(listen, "listen.grpc_address", listen.grpc_address(), errors);
  settings->http = ReadHttpAddress(listen, "listen.http_address", listen.http_address(), errors);
}

rpc::CallerLimits::Options ReadLimits(FieldErrors& errors, const config::v1::CallerLimits& limits) {
  constexpr int kMostCalls = 1'000'000;
  constexpr int kMostStreams = 100'000;
  const auto read = [&](std::string_view name, int value, int most, int64_t by_default) {
    return ReadNumber(errors, absl::StrCat("callers.limits.", ToAbsl(name)), value, most,
                      static_cast<int>(by_default));
  };
  rpc::CallerLimits::Options options;
  options.subject.calls_per_second = read("calls_per_second", limits.calls_per_second(), kMostCalls,
                                          options.subject.calls_per_second);
  options.subject.streams =
      read("streams", limits.streams(), kMostStreams, options.subject.streams);
  options.address.calls_per_second =
      read("public_calls_per_second", limits.public_calls_per_second(), kMostCalls,
           options.address.calls_per_second);
  options.address.streams =
      read("public_streams", limits.public_streams(), kMostStreams, options.address.streams);
  return options;
}

}  // namespace

int ReadNumber(FieldErrors& errors, std::string_view path, int value, int most, int by_default) {
  config::CheckRange(errors, path, value, 0, most);
  return value == 0 ? by_default : value;
}

absl::Duration ReadDuration(FieldErrors& errors, std::string_view path, bool is_set,
                            const google::protobuf::Duration& value, absl::Duration least,
                            absl::Duration most, absl::Duration by_default) {
  if (!is_set) return by_default;
  config::CheckRange(errors, path, value, least, most);
  return config::ToDuration(value);
}

http::Server::Options ReadHttpAddress(const config::v1::Listen& listen, std::string_view path,
                                      const std::string& address, FieldErrors& errors) {
  CheckListens(listen, path, address, errors);
  http::Server::Options options;
  SplitAddress(address, &options);
  return options;
}

sql::Options ReadConnections(FieldErrors& errors, std::string_view path, int readers) {
  sql::Options options;
  options.connections = ReadNumber(errors, path, readers, 100, 4) + kOwnConnections;
  return options;
}

Settings ReadCommon(const config::v1::Listen& listen, const config::v1::Database& database,
                    const config::v1::Kafka& kafka, const config::v1::Calls& calls,
                    const config::v1::Callers& callers, const config::v1::Log& log,
                    const config::v1::Stop& stop, const std::string& token_key_file,
                    FieldErrors& errors) {
  Settings settings;
  ReadListen(listen, &settings, errors);
  errors.AddAll("database.url", sql::CheckUrl(database.url()));
  config::CheckSet(errors, "kafka.brokers", kafka.brokers());
  if (!kafka.brokers().empty()) {
    errors.AddAll("kafka.brokers", kafka::CheckBrokers(kafka.brokers()));
  }
  errors.AddAll("", kafka::CheckProperties("kafka.properties",
                                           {kafka.properties().begin(), kafka.properties().end()}));
  config::CheckSet(errors, "token_key_file", token_key_file);
  const auto level = telemetry::ParseLogLevel(log.level().empty() ? "info" : log.level());
  errors.AddAll("log.level", level.status());

  settings.database = database.url();
  settings.database_options = ReadConnections(errors, "database.readers", database.readers());
  settings.kafka.brokers = kafka.brokers();
  settings.kafka.config = {kafka.properties().begin(), kafka.properties().end()};
  settings.kafka.log = LogKafka;
  settings.topic = kafka.topic().empty() ? "clusterwire.changes.v1" : kafka.topic();
  errors.AddAll("kafka.topic", kafka::CheckTopicName(settings.topic));
  settings.readers = ReadNumber(errors, "calls.readers", calls.readers(), kMaxThreads, 4);
  settings.writers = ReadNumber(errors, "calls.writers", calls.writers(), kMaxThreads, kMaxThreads);
  settings.queue_limit = static_cast<size_t>(
      ReadNumber(errors, "calls.queue_limit", calls.queue_limit(), 100'000, 1000));
  if (level.ok()) settings.log_level = *level;
  settings.stop_grace = ReadDuration(errors, "stop.grace", stop.has_grace(), stop.grace(),
                                     absl::ZeroDuration(), absl::Minutes(10), absl::Seconds(10));
  settings.token_key_file = token_key_file;
  settings.callers = ReadCallers(listen, callers, errors);
  settings.limits = ReadLimits(errors, callers.limits());
  return settings;
}

}  // namespace clusterwire::service
