#include "libs/rpc/testing/echo_server.h"

#include <thread>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include <gtest/gtest.h>

#include "libs/base/random.h"
#include "libs/base/status/error.h"
#include "libs/base/text/strings.h"

namespace clusterwire::rpc::testing {
namespace {

// gRPC's base class of a handler for the methods of `Contract`.
template <typename Contract>
using BaseOf = typename Contract::template WithCallbackMethod_Echo<
    typename Contract::template WithRawCallbackMethod_Watch<
        typename Contract::template WithRawCallbackMethod_Exchange<typename Contract::Service>>>;

template <typename Contract>
class EchoHandler final : public BaseOf<Contract> {
 public:
  EchoHandler(EchoBehaviour behaviour, ThreadPool& pool, const Parking::Progress& reader)
      : do_(std::move(behaviour)), pool_(pool), reader_(reader) {}

  grpc::ServerUnaryReactor* Echo(grpc::CallbackServerContext* context, const EchoRequest* request,
                                 EchoResponse* response) override {
    if (do_.arrived) do_.arrived(context);
    const auto echo = [this, request, response](const CallContext& call) -> absl::Status {
      ASSIGN_OR_RETURN(*response, do_.echo(call, *request));
      return absl::OkStatus();
    };
    if (do_.later) {
      return RunLater(
          pool_, context, [this, request, response](const CallContext& call, Then then) {
            return do_.later(call, [request, response, then](const absl::Status& status) {
              response->set_text(request->text());
              then(status);
            });
          });
    }
    if (do_.ask) return RunAfter(pool_, context, do_.ask, echo);
    return RunAtRevision(pool_, context, reader_, request->min_revision(), echo);
  }

  ServerStreamReactor* Watch(grpc::CallbackServerContext* context,
                             const grpc::ByteBuffer* request) override {
    return RunServerStream<EchoRequest, EchoResponse>(
        pool_, context, request, [this](const CallContext& call, const EchoRequest&, Waker wake) {
          return do_.watch(call, std::move(wake));
        });
  }

  BidiReactor* Exchange(grpc::CallbackServerContext* context) override {
    return RunBidi<EchoRequest, EchoResponse>(pool_, context, do_.exchange);
  }

 private:
  const EchoBehaviour do_;
  ThreadPool& pool_;
  const Parking::Progress& reader_;
};

}  // namespace

template <typename Contract>
Service MakeEchoService(EchoBehaviour behaviour, ThreadPool& pool,
                        const Parking::Progress& reader) {
  return ServiceOf<Contract>(
      std::make_unique<EchoHandler<Contract>>(std::move(behaviour), pool, reader));
}
template Service MakeEchoService<EchoService>(EchoBehaviour, ThreadPool&, const Parking::Progress&);
template Service MakeEchoService<SilentService>(EchoBehaviour, ThreadPool&,
                                                const Parking::Progress&);

namespace {

Runtime::Options Completed(Runtime::Options options, Authenticator& operators) {
  if (options.authenticator == nullptr) options.authenticator = &operators;
  return options;
}

}  // namespace

EchoServer::EchoServer(EchoBehaviour behaviour, Options options)
    : runtime_(metrics_, clock_, Random::System(), Completed(options.runtime, operators_)),
      pool_(runtime_, options.pool),
      reader_(runtime_.parking(),
              {.name = "the echo", .reason = "ECHO_BEHIND", .newest = behaviour.newest}) {
  Server::Options server_options;
  server_options.farewell = options.farewell;
  server_options.health_names = options.health_names;
  server_options.tls = options.tls;
  server_options.require_client_certificate = options.require_client_certificate;
  server_options.handshake_limit = options.handshake_limit;
  server_options.connection_age = options.connection_age;
  server_options.address = options.address;
  Services services;
  services.push_back(MakeEchoService<EchoService>(behaviour, pool_, reader_));
  services.push_back(MakeEchoService<GuardedService>(behaviour, pool_, reader_));
  services.push_back(MakeEchoService<SilentService>(std::move(behaviour), pool_, reader_));
  auto server = Server::Start(server_options, runtime_, std::move(services));
  EXPECT_TRUE(server.ok()) << server.status();
  server_ = *std::move(server);
}

EchoServer::~EchoServer() = default;

bool EchoServer::Shows(std::string_view gauge, size_t value) {
  return absl::StrContains(metrics_.Render(), absl::StrCat("\n", ToAbsl(gauge), " ", value, "\n"));
}

std::shared_ptr<grpc::Channel> EchoServer::Channel() { return MakeChannel(server_->address()); }

grpc::ClientContext* WithDeadline(grpc::ClientContext* context) {
  context->set_deadline(absl::ToChronoTime(absl::Now() + absl::Seconds(60)));
  return context;
}

}  // namespace clusterwire::rpc::testing
