#include "libs/rpc/testing/echo_server.h"

#include <thread>
#include <utility>

#include "absl/time/clock.h"
#include <gtest/gtest.h>

#include "libs/base/random.h"
#include "libs/base/testing/eventually.h"
#include "libs/rpc/server/client.h"

namespace clusterwire::rpc::testing {
namespace {

class EchoHandler final : public EchoService::CallbackService {
 public:
  EchoHandler(EchoBehaviour behaviour, Lane& lane) : do_(std::move(behaviour)), lane_(lane) {}

  grpc::ServerUnaryReactor* Echo(grpc::CallbackServerContext* context, const EchoRequest* request,
                                 EchoResponse* response) override {
    if (do_.arrived) do_.arrived(context);
    return RunUnary(lane_, context, response,
                    [this, request](const CallContext& call) { return do_.echo(call, *request); });
  }

  grpc::ServerWriteReactor<EchoResponse>* Watch(grpc::CallbackServerContext* context,
                                                const EchoRequest*) override {
    return RunServerStream<EchoResponse>(lane_, context, do_.watch);
  }

  grpc::ServerBidiReactor<EchoRequest, EchoResponse>* Exchange(
      grpc::CallbackServerContext* context) override {
    return RunBidi<EchoRequest, EchoResponse>(lane_, context, do_.exchange);
  }

 private:
  const EchoBehaviour do_;
  Lane& lane_;
};

}  // namespace

EchoServer::EchoServer(EchoBehaviour behaviour, Options options)
    : runtime_(metrics_, clock_, Random::System(), options.runtime), lane_(runtime_, options.lane) {
  Server::Options server_options;
  server_options.health_names = options.health_names;
  Services services;
  services.push_back(std::make_unique<EchoHandler>(std::move(behaviour), lane_));
  auto server = Server::Start(server_options, runtime_, std::move(services));
  EXPECT_TRUE(server.ok()) << server.status();
  server_ = *std::move(server);
}

EchoServer::~EchoServer() = default;

std::unique_ptr<EchoService::Stub> EchoServer::Stub() {
  return EchoService::NewStub(MakeChannel(server_->address()));
}

grpc::ClientContext* WithDeadline(grpc::ClientContext* context) {
  context->set_deadline(absl::ToChronoTime(absl::Now() + absl::Seconds(60)));
  return context;
}

}  // namespace clusterwire::rpc::testing
