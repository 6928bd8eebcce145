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

class EchoHandler final
    : public EchoService::WithCallbackMethod_Echo<EchoService::WithRawCallbackMethod_Watch<
          EchoService::WithRawCallbackMethod_Exchange<EchoService::Service>>> {
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

Service MakeEchoService(EchoBehaviour behaviour, ThreadPool& pool,
                        const Parking::Progress& reader) {
  return ServiceOf<EchoService>(std::make_unique<EchoHandler>(std::move(behaviour), pool, reader));
}

EchoServer::EchoServer(EchoBehaviour behaviour, Options options)
    : runtime_(metrics_, clock_, Random::System(), options.runtime),
      pool_(runtime_, options.pool),
      reader_(runtime_.parking(),
              {.name = "the echo", .reason = "ECHO_BEHIND", .newest = behaviour.newest}) {
  Server::Options server_options;
  server_options.farewell = options.farewell;
  server_options.health_names = options.health_names;
  server_options.tls = options.tls;
  server_options.require_client_certificate = options.require_client_certificate;
  server_options.handshake_limit = options.handshake_limit;
  Services services;
  services.push_back(MakeEchoService(std::move(behaviour), pool_, reader_));
  auto server = Server::Start(server_options, runtime_, std::move(services));
  EXPECT_TRUE(server.ok()) << server.status();
  server_ = *std::move(server);
}

EchoServer::~EchoServer() = default;

bool EchoServer::Shows(std::string_view gauge, size_t value) {
  return absl::StrContains(metrics_.Render(), absl::StrCat("\n", ToAbsl(gauge), " ", value, "\n"));
}

std::unique_ptr<EchoService::Stub> EchoServer::Stub() {
  return EchoService::NewStub(MakeChannel(server_->address()));
}

grpc::ClientContext* WithDeadline(grpc::ClientContext* context) {
  context->set_deadline(absl::ToChronoTime(absl::Now() + absl::Seconds(60)));
  return context;
}

}  // namespace clusterwire::rpc::testing
