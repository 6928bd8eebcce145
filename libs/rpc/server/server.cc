#include "libs/rpc/server/server.h"

#include <algorithm>
#include <chrono>

#include "absl/strings/str_cat.h"
#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>

#include "libs/base/status/error.h"
#include "libs/base/text/strings.h"
#include "libs/rpc/admission/peer.h"
#include "libs/rpc/call/incoming.h"
#include "libs/rpc/reflection/service.h"
#include "libs/rpc/server/addresses.h"
#include "libs/rpc/server/connections.h"
#include "libs/rpc/server/grpc_log.h"
#include "libs/rpc/server/tls.h"
#include "libs/telemetry/log.h"

namespace clusterwire::rpc {

absl::Status CheckAddress(const std::string& address, bool encrypted, bool allow_insecure) {
  const size_t colon = address.rfind(':');
  if (colon == std::string::npos || colon == 0 || colon + 1 == address.size() ||
      address.find_first_not_of("0123456789", colon + 1) != std::string::npos) {
    return Error(absl::StatusCode::kInvalidArgument, "LISTEN_ADDRESS_INVALID",
                 absl::StrCat("'", address, "' can't be listened on; give host:port"));
  }
  if (!IsLoopback(address) && !encrypted && !allow_insecure) {
    return Error(absl::StatusCode::kInvalidArgument, "LISTEN_ADDRESS_INSECURE",
                 absl::StrCat("'", address,
                              "' is reached by other machines, and the connection isn't "
                              "encrypted; set listen.tls.certificate_file and "
                              "listen.tls.key_file, or listen on 127.0.0.1, or set "
                              "listen.allow_insecure where the network keeps strangers out"));
  }
  return absl::OkStatus();
}

namespace {

// Without TLS, local credentials refuse peers that aren't local, also misrouted ones; nothing
// changes on the wire.
std::shared_ptr<grpc::ServerCredentials> CredentialsFor(const Server::Options& options) {
  if (options.tls) return MakeTlsCredentials(options.tls, options.require_client_certificate);
  return IsLoopback(options.address) ? grpc::experimental::LocalServerCredentials(LOCAL_TCP)
                                     : grpc::InsecureServerCredentials();
}

absl::Status Stopping(std::string_view remedy) {
  return WithRetryDelay(Error(absl::StatusCode::kUnavailable, "SHUTTING_DOWN",
                              absl::StrCat("the server is stopping; ", ToAbsl(remedy))),
                        absl::Seconds(1));
}

std::vector<std::string> NamesOf(const Services& services) {
  std::vector<std::string> names;
  for (const Service& service : services) names.push_back(service.name);
  return names;
}

int Milliseconds(absl::Duration duration) {
  return static_cast<int>(absl::ToInt64Milliseconds(duration));
}

// gRPC ends the whole connection, with every call on it, when a call's metadata exceeds what it is
// told here. So it is told what only an attacker sends, as much as a message may have, and the
// limit proper is the runners' (Runtime::Options): that refuses one call.
constexpr int kConnectionMetadataBytes = 4 << 20;

void SetLimits(const Server::Options& options, grpc::ServerBuilder& builder) {
  builder.SetMaxReceiveMessageSize(options.max_receive_bytes);
  builder.AddChannelArgument(GRPC_ARG_MAX_METADATA_SIZE, kConnectionMetadataBytes);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, options.max_streams_per_connection);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, Milliseconds(options.keepalive));
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS,
                             Milliseconds(options.keepalive_timeout));
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS,
                             Milliseconds(options.least_ping_interval));
  builder.AddChannelArgument(GRPC_ARG_SERVER_HANDSHAKE_TIMEOUT_MS,
                             Milliseconds(options.handshake_limit));
  builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_AGE_MS, Milliseconds(options.connection_age));
  // Else a second server on the same port would silently take half of the connections.
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
}

}  // namespace

Server::Server(Options options, Runtime& runtime, Services services)
    : options_(std::move(options)),
      runtime_(runtime),
      services_(std::move(services)),
      contracts_(runtime, {.name = "contracts", .threads = 1, .from_start = true}),
      reflection_(MakeReflection(contracts_, NamesOf(services_), options_.reflection_idle)) {}

absl::StatusOr<std::unique_ptr<Server>> Server::Start(Options options, Runtime& runtime,
                                                      Services services) {
  RETURN_IF_ERROR(CheckAddress(options.address, options.tls != nullptr, options.allow_insecure));
  std::unique_ptr<Server> server(new Server(std::move(options), runtime, std::move(services)));
  const Options& kept = server->options_;
  TakeGrpcLog();
  grpc::EnableDefaultHealthCheckService(true);
  grpc::ServerBuilder builder;
  SetLimits(kept, builder);
  for (const std::string& address : AddressesOf(kept.address)) {
    server->credentials_.push_back(CredentialsFor(kept));
    builder.AddListeningPort(address, server->credentials_.back(), &server->port_);
  }
  for (const auto& service : server->services_) builder.RegisterService(service.handler.get());
  for (const auto& service : server->reflection_) builder.RegisterService(service.get());
  std::vector<std::unique_ptr<grpc::experimental::ServerInterceptorFactoryInterface>> interceptors;
  interceptors.push_back(MakeCallInterceptor(runtime));
  builder.experimental().SetInterceptorCreators(std::move(interceptors));
  server->server_ = builder.BuildAndStart();
  if (server->server_ == nullptr || server->port_ == 0) {
    return Error(absl::StatusCode::kUnavailable, "LISTEN_FAILED",
                 absl::StrCat("'", kept.address,
                              "' can't be listened on; is another program using the port?"));
  }
  if (kept.tls != nullptr) {
    // See MakeTlsCredentials().
    const int sockets = ListeningSockets(server->port_);
    if (sockets != static_cast<int>(server->credentials_.size())) {
      return Error(
          absl::StatusCode::kUnavailable, "LISTEN_FAILED",
          absl::StrCat("'", kept.address, "' takes ", sockets,
                       " sockets on this machine, over which certificates can't be "
                       "exchanged safely; name one address of it, such as 10.0.0.1:50051"));
    }
  }
  server->SetServing("", true);  // unless one of these isn't
  for (const std::string& name : kept.health_names) server->SetServing(name, false);
  telemetry::LogInfo("listening", {{"address", kept.address},
                                   {"port", server->port_},
                                   {"encryption", kept.tls ? "TLS" : "none"}});
  return server;
}

Server::~Server() {
  if (server_ != nullptr) Shutdown(absl::Seconds(1), absl::ZeroDuration());
}

std::string Server::address() const {
  return absl::StrCat(options_.address.substr(0, options_.address.rfind(':') + 1), port_);
}

void Server::SetServing(std::string_view name, bool serving) {
  MutexLock lock(mutex_);
  if (stopped_) return;
  if (!name.empty()) LockedTell(std::string(name), serving);
  LockedTell("", std::all_of(told_.begin(), told_.end(),
                             [](const auto& told) { return told.first.empty() || told.second; }));
}

// gRPC passes each status on to its watchers, changed or not.
void Server::LockedTell(const std::string& name, bool serving) {
  const auto [told, is_new] = told_.try_emplace(name, serving);
  if (!is_new && told->second == serving) return;
  told->second = serving;
  server_->GetHealthCheckService()->SetServingStatus(name, serving);
}

void Server::Shutdown(absl::Duration grace) { Shutdown(grace, options_.farewell); }

void Server::Shutdown(absl::Duration grace, absl::Duration farewell) {
  {
    MutexLock lock(mutex_);
    if (stopped_) return;
    stopped_ = true;
    server_->GetHealthCheckService()->Shutdown();
  }
  const auto until = std::chrono::steady_clock::now() + absl::ToChronoNanoseconds(grace);
  const absl::Status stopping = Stopping("try again");
  runtime_.Refuse(stopping);
  runtime_.EndStreams(Stopping("connect again and resume from the last message you have"));
  runtime_.parking().End(stopping);
  runtime_.AwaitCalls(until);
  // Callers that go on learn from an answer that it stops, and who watches health of that.
  runtime_.AwaitQuiet(absl::ToChronoMilliseconds(farewell),
                      std::chrono::steady_clock::now() + absl::ToChronoNanoseconds(2 * farewell));
  CloseConnections(port_);
  server_->Shutdown(std::chrono::system_clock::now() + (until - std::chrono::steady_clock::now()));
  server_->Wait();
  // A stream was ended without regard to the step that it runs, which uses the services.
  runtime_.AwaitStreams();
}

}  // namespace clusterwire::rpc
