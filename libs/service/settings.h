#pragma once

#include <cstddef>
#include <string>

#include "absl/time/time.h"

#include "clusterwire/config/v1/common.pb.h"

#include "libs/base/status/error.h"
#include "libs/http/server/server.h"
#include "libs/identity/options.h"
#include "libs/kafka/client.h"
#include "libs/rpc/admission/caller_limits.h"
#include "libs/rpc/server/server.h"
#include "libs/service/certificates.h"
#include "libs/sql/database.h"
#include "libs/telemetry/log.h"

namespace clusterwire::service {

// The options that both services have, with their defaults filled in, as the libraries want them.
struct Settings {
  rpc::Server::Options grpc;
  http::Server::Options http;
  TlsFiles tls;
  std::string database;
  sql::Options database_options;
  kafka::ClientOptions kafka;
  std::string topic;
  int readers = 0;
  int writers = 0;
  size_t queue_limit = 0;
  telemetry::LogLevel log_level = telemetry::LogLevel::kInfo;
  absl::Duration stop_grace;
  std::string token_key_file;
  identity::Options callers;
  rpc::CallerLimits::Options limits;
};

// Reads them from a service's configuration, which has the fields listen, database, kafka, calls,
// callers, log, stop and token_key_file. Adds what is missing or out of range to `errors`, by its
// path.
Settings ReadCommon(const config::v1::Listen& listen, const config::v1::Database& database,
                    const config::v1::Kafka& kafka, const config::v1::Calls& calls,
                    const config::v1::Callers& callers, const config::v1::Log& log,
                    const config::v1::Stop& stop, const std::string& token_key_file,
                    FieldErrors& errors);
template <typename Config>
Settings ReadCommon(const Config& config, FieldErrors& errors) {
  return ReadCommon(config.listen(), config.database(), config.kafka(), config.calls(),
                    config.callers(), config.log(), config.stop(), config.token_key_file(), errors);
}

// Where HTTP is served besides `listen.http_address`, by the option at `path`, under the rules that
// `listen` sets for addresses without TLS. Adds what is wrong to `errors`.
http::Server::Options ReadHttpAddress(const config::v1::Listen& listen, std::string_view path,
                                      const std::string& address, FieldErrors& errors);

// The connections that a service needs with `readers` reading threads, the option at `path`.
sql::Options ReadConnections(FieldErrors& errors, std::string_view path, int readers);

// An option with its default, which the proto file states: zero and absent mean that.
int ReadNumber(FieldErrors& errors, std::string_view path, int value, int most, int by_default);
absl::Duration ReadDuration(FieldErrors& errors, std::string_view path, bool is_set,
                            const google::protobuf::Duration& value, absl::Duration least,
                            absl::Duration most, absl::Duration by_default);

}  // namespace clusterwire::service
