#include "libs/rpc/server/server.h"

#include <future>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include "libs/base/testing/status_matchers.h"
#include "libs/rpc/call/status.h"
#include "libs/rpc/health/health.grpc.pb.h"
#include "libs/rpc/testing/echo_server.h"

namespace clusterwire::rpc {
namespace {

using rpc::testing::EchoRequest;
using rpc::testing::EchoResponse;
using rpc::testing::EchoServer;
using rpc::testing::EchoService;
using ::testing::HasSubstr;

using grpc::health::v1::Health;
using grpc::health::v1::HealthCheckRequest;
using grpc::health::v1::HealthCheckResponse;

// What health says of `name`; kUnknownName for one that it doesn't know.
constexpr int kUnknownName = -1;
int HealthOf(EchoServer& server, const std::string& name) {
  HealthCheckRequest request;
  request.set_service(name);
  HealthCheckResponse response;
  grpc::ClientContext context;
  const auto stub = Health::NewStub(MakeChannel(server.server().address()));
  const grpc::Status status = stub->Check(&context, request, &response);
  if (status.error_code() == grpc::StatusCode::NOT_FOUND) return kUnknownName;
  EXPECT_TRUE(status.ok()) << status.error_message();
  return response.status();
}
constexpr int kServing = HealthCheckResponse::SERVING;
constexpr int kNotServing = HealthCheckResponse::NOT_SERVING;

EchoServer::Options WithHealth(std::vector<std::string> names) {
  EchoServer::Options options;
  options.health_names = std::move(names);
  return options;
}

absl::Status Call(EchoService::Stub& stub, const EchoRequest& request) {
  grpc::ClientContext context;
  EchoResponse response;
  return ToAbslStatus(stub.Echo(&context, request, &response));
}

TEST(ServerTest, HealthIsToldByNameAndTheWholeServesWhenAllDo) {
  EchoServer server({}, WithHealth({"a.Service", "b.Service"}));
  EXPECT_EQ(HealthOf(server, "a.Service"), kNotServing);
  EXPECT_EQ(HealthOf(server, ""), kNotServing);
  server.server().SetServing("a.Service", true);
  EXPECT_EQ(HealthOf(server, "a.Service"), kServing);
  EXPECT_EQ(HealthOf(server, "b.Service"), kNotServing);
  EXPECT_EQ(HealthOf(server, ""), kNotServing);
  server.server().SetServing("b.Service", true);
  EXPECT_EQ(HealthOf(server, ""), kServing);
  server.server().SetServing("a.Service", false);
  EXPECT_EQ(HealthOf(server, ""), kNotServing);
  EXPECT_EQ(HealthOf(server, "c.Service"), kUnknownName);
}

TEST(ServerTest, ACallThatRunsAtShutdownIsFinished) {
  std::promise<void> started, release;
  EchoServer server({.echo = [&](const CallContext&, const EchoRequest&) {
    started.set_value();
    release.get_future().wait();
    return EchoResponse();
  }});
  const auto stub = server.Stub();
  std::thread client([&] { EXPECT_THAT(Call(*stub, EchoRequest()), IsOk()); });
  started.get_future().wait();
  std::thread stopper([&] { server.server().Shutdown(absl::Seconds(30)); });
  release.set_value();
  client.join();
  stopper.join();
  EXPECT_THAT(Call(*stub, EchoRequest()), StatusIs(absl::StatusCode::kUnavailable));
}

TEST(ServerTest, AMessageBeyondTheLimitIsRefused) {
  EchoServer server(
      {.echo = [](const CallContext&, const EchoRequest&) { return EchoResponse(); }});
  EchoRequest request;
  request.set_text(std::string(5 << 20, 'x'));
  EXPECT_THAT(Call(*server.Stub(), request), StatusIs(absl::StatusCode::kResourceExhausted));
  request.set_text(std::string(3 << 20, 'x'));
  EXPECT_THAT(Call(*server.Stub(), request), IsOk());
}

TEST(ServerTest, APortInUseIsAnError) {
  EchoServer first({});
  EXPECT_THAT(Server::Start({.address = first.server().address()}, first.runtime(), {}),
              StatusIs(absl::StatusCode::kUnavailable, HasSubstr("using the port")));
}

TEST(ServerTest, AnAddressThatOthersReachNeedsAnExplicitWord) {
  EchoServer server({});
  EXPECT_THAT(Server::Start({.address = "0.0.0.0:0"}, server.runtime(), {}),
              ReasonIs("LISTEN_ADDRESS_INSECURE"));
  EXPECT_THAT(Server::Start({.address = "0.0.0.0:0", .allow_insecure = true}, server.runtime(), {}),
              IsOk());
  for (const char* address : {"", "50051", ":50051", "localhost:", "localhost:http"}) {
    EXPECT_THAT(Server::Start({.address = address}, server.runtime(), {}),
                ReasonIs("LISTEN_ADDRESS_INVALID"))
        << address;
  }
}

}  // namespace
}  // namespace clusterwire::rpc
