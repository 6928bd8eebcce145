#include "libs/rpc/server/server.h"

#include <algorithm>
#include <atomic>
#include <future>
#include <set>
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
#include "libs/rpc/testing/raw_client.h"
#include "libs/telemetry/log.h"

namespace clusterwire::rpc {
namespace {

using rpc::testing::EchoRequest;
using rpc::testing::EchoResponse;
using rpc::testing::EchoServer;
using rpc::testing::EchoService;
using rpc::testing::RawClient;
using ::testing::HasSubstr;

constexpr char kEcho[] = "/clusterwire.rpc.testing.EchoService/Echo";

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

TEST(ServerTest, ACallWithTooMuchMetadataFailsAloneOnItsConnection) {
  EchoServer server(
      {.echo = [](const CallContext&, const EchoRequest&) { return EchoResponse(); }});
  const auto metadata = [](size_t bytes, size_t value) {
    RawClient::Metadata entries;
    for (size_t i = 0; i < bytes; i += value)
      entries.push_back({"x-long", std::string(value, 'x')});
    return entries;
  };
  for (const auto& [bytes, value] : {std::pair<size_t, size_t>{17'000, 17'000},
                                     {17'000, 100},
                                     {70'000, 4'000},
                                     {300'000, 300'000},
                                     {3'000'000, 50'000}}) {
    RawClient client(server.server().address());
    // The server's limits hold once the client has heard of them.
    EXPECT_EQ(client.Unary(kEcho, "").status, 0);
    const uint32_t other = client.Call(kEcho);
    const RawClient::Answer answer = client.Unary(kEcho, "", metadata(bytes, value));
    EXPECT_EQ(answer.status, grpc::StatusCode::RESOURCE_EXHAUSTED) << bytes;
    EXPECT_THAT(answer.text, HasSubstr("send at most 16384"));
    client.Message(other, "");
    client.End(other);
    EXPECT_EQ(client.Await(other).status, 0) << bytes;
    EXPECT_EQ(client.Unary(kEcho, "", metadata(10'000, 1'000)).status, 0) << bytes;
  }
}

TEST(ServerTest, WhoWatchesHealthHearsOfChangesAlone) {
  EchoServer server({}, WithHealth({"a.Service"}));
  grpc::ClientContext context;
  HealthCheckRequest request;
  request.set_service("a.Service");
  const auto stub = Health::NewStub(MakeChannel(server.server().address()));
  const auto watch = stub->Watch(testing::WithDeadline(&context), request);
  HealthCheckResponse response;
  ASSERT_TRUE(watch->Read(&response));
  EXPECT_EQ(response.status(), kNotServing);
  for (const bool serving : {true, false, true}) {
    for (int i = 0; i < 10; ++i) server.server().SetServing("a.Service", serving);
    ASSERT_TRUE(watch->Read(&response));
    EXPECT_EQ(response.status(), serving ? kServing : kNotServing);
  }
  context.TryCancel();
}

TEST(ServerTest, AStopInABurstAnswersUnavailableAndNeverCancelled) {
  for (int round = 0; round < 5; ++round) {
    EchoServer server(
        {.echo = [](const CallContext&, const EchoRequest&) { return EchoResponse(); }},
        {.pool = {.name = "reads", .threads = 4, .queue_limit = 1000},
         .farewell = absl::Milliseconds(50)});
    std::atomic<bool> over = false;
    std::atomic<int> calls = 0, unavailable = 0;
    Mutex mutex;
    std::set<std::string> others;
    std::vector<std::thread> clients;
    for (int i = 0; i < 12; ++i) {
      clients.emplace_back([&] {
        const auto stub = server.Stub();
        // They don't leave off when they are refused.
        while (!over) {
          const absl::Status status = Call(*stub, EchoRequest());
          ++calls;
          if (absl::IsUnavailable(status)) ++unavailable;
          if (status.ok() || absl::IsUnavailable(status)) continue;
          MutexLock lock(mutex);
          others.insert(status.ToString());
        }
      });
    }
    EXPECT_TRUE(Eventually([&] { return calls > 200; }));
    server.server().Shutdown(absl::Seconds(30));
    over = true;
    for (std::thread& client : clients) client.join();
    EXPECT_THAT(others, ::testing::IsEmpty());
    EXPECT_GT(unavailable, 0);
  }
}

TEST(ServerTest, CallsThatComeWhileItStopsAreToldSoAndTheRunningOneIsAnswered) {
  std::promise<void> started, release;
  std::atomic<bool> first = true;
  EchoServer server({.echo = [&](const CallContext&, const EchoRequest&) {
    if (first.exchange(false)) {
      started.set_value();
      release.get_future().wait();
    }
    return EchoResponse();
  }});
  const auto stub = server.Stub();
  std::thread running([&] { EXPECT_THAT(Call(*stub, EchoRequest()), IsOk()); });
  started.get_future().wait();
  std::thread stopper([&] { server.server().Shutdown(absl::Minutes(5)); });
  EXPECT_TRUE(Eventually([&] { return !server.runtime().refusal().ok(); }));
  EXPECT_THAT(Call(*stub, EchoRequest()), ReasonIs("SHUTTING_DOWN"));
  release.set_value();
  running.join();
  stopper.join();
}

TEST(ServerTest, WhatGrpcLogsOfAStrangersHeadersIsOneEscapedLineOfOurs) {
  EchoServer server(
      {.echo = [](const CallContext&, const EchoRequest&) { return EchoResponse(); }});
  Mutex mutex;
  std::vector<std::string> lines;
  const telemetry::LogRedirect redirect([&](std::string_view line) {
    MutexLock lock(mutex);
    lines.emplace_back(line);
  });
  RawClient client(server.server().address());
  client.Unary(kEcho, "",
               {{"grpc-timeout", "\x1b[2J\n{\"level\":\"error\",\"message\":\"forged\"}\n"},
                {"content-length", "\x1b[31m\n{\"message\":\"forged\"}"}});
  EXPECT_TRUE(Eventually([&] {
    MutexLock lock(mutex);
    return std::ranges::any_of(lines, [](const std::string& line) {
      return line.find("\"message\":\"grpc\"") != line.npos;
    });
  }));
  MutexLock lock(mutex);
  for (const std::string& line : lines) {
    EXPECT_EQ(line.find_first_of("\x1b\n"), std::string::npos) << line;
  }
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
