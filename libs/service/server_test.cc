#include "libs/service/server.h"

#include <filesystem>
#include <fstream>
#include <string>
#include <utility>

#include "absl/time/clock.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/base/status/error.h"
#include "libs/base/testing/certificates.h"
#include "libs/base/testing/eventually.h"
#include "libs/base/testing/fake_clock.h"
#include "libs/base/testing/status_matchers.h"
#include "libs/base/testing/temp_dir.h"
#include "libs/http/client.h"
#include "libs/http/testing/collector.h"
#include "libs/rpc/call/status.h"
#include "libs/rpc/server/server.h"
#include "libs/rpc/testing/echo_server.h"
#include "libs/rpc/testing/health_watch.h"

namespace clusterwire::service {
namespace {

using rpc::testing::EchoResponse;
using rpc::testing::EchoService;
using rpc::testing::HealthWatch;
using ::testing::HasSubstr;

class EchoParts final : public Parts {
 public:
  explicit EchoParts(std::atomic<int>& alive) : alive_(alive) { ++alive_; }
  ~EchoParts() override { --alive_; }

  Health health() const override { return {.ready = true, .services = true}; }

 private:
  std::atomic<int>& alive_;
};

// What the server lacks from outside, and how often it looked.
struct Outside {
  Mutex mutex;
  absl::Status missing ABSL_GUARDED_BY(mutex);
  std::atomic<int> tries = 0;
  std::atomic<int> alive = 0;  // parts
};

class EchoServer final : public Server {
 public:
  EchoServer(const Settings& settings, Clock& clock, Outside& outside)
      : Server(settings, "test", clock, Random::System()),
        outside_(outside),
        echo_(runtime().parking(), {.name = "", .reason = "", .newest = nullptr}) {}
  ~EchoServer() override { Stop(); }

  template <typename Contract = EchoService>
  absl::Status Start() {
    rpc::Services services;
    services.push_back(rpc::testing::MakeEchoService<Contract>(
        {.echo = [](const auto&, const auto&) { return EchoResponse(); }}, reads(), echo_));
    return Server::Start(std::move(services));
  }
  using Server::Missing;

 private:
  absl::StatusOr<std::unique_ptr<Parts>> Open() override {
    ++outside_.tries;
    MutexLock lock(outside_.mutex);
    if (!outside_.missing.ok()) return outside_.missing;
    return std::make_unique<EchoParts>(outside_.alive);
  }

  Outside& outside_;
  rpc::Parking::Progress echo_;
};

class ServerTest : public ::testing::Test {
 protected:
  ServerTest() {
    settings_.grpc.address = "127.0.0.1:0";
    settings_.http.address = "127.0.0.1";
    settings_.readers = settings_.writers = 1;
    settings_.queue_limit = 10;
    settings_.stop_grace = absl::Seconds(1);
    settings_.callers.loopback_is_operator = true;
  }

  std::unique_ptr<EchoServer> Start() {
    auto server = std::make_unique<EchoServer>(settings_, clock_, outside_);
    EXPECT_THAT(server->Start(), IsOk());
    return server;
  }
  void SetMissing(absl::Status status) {
    MutexLock lock(outside_.mutex);
    outside_.missing = std::move(status);
  }
  absl::Status Call(const Server& server) {
    const auto stub = EchoService::NewStub(rpc::MakeChannel(server.grpc_address()));
    grpc::ClientContext context;
    EchoResponse response;
    return rpc::ToAbslStatus(stub->Echo(rpc::testing::WithDeadline(&context), {}, &response));
  }
  // The status of a page.
  static int Get(const Server& server, const std::string& path) {
    http::Client client(
        {.guard = *http::AddressGuard::Create({.allowed = {"127.0.0.0/8"}, .allow_http = true})},
        Clock::System());
    http::Collector collector;
    EXPECT_THAT(client.Start({.url = absl::StrCat("http://127.0.0.1:", server.http_port(), path)},
                             collector.Callback()),
                IsOk());
    const auto answer = collector.One();
    return answer.ok() ? answer->status : 0;
  }
  // Lets pauses pass until `condition` holds.
  template <typename Condition>
  bool Passing(Condition condition) {
    return Eventually([&] {
      clock_.Advance(absl::Seconds(10));
      return condition();
    });
  }

  Settings settings_;
  FakeClock clock_{absl::Now()};
  Outside outside_;
};

TEST_F(ServerTest, RefusesCallsAndSaysWhatIsMissingUntilItIsThere) {
  SetMissing(absl::UnavailableError("the database is away"));
  const auto server = Start();
  ASSERT_TRUE(Passing([&] { return outside_.tries > 2; }));
  EXPECT_FALSE(server->opened());
  EXPECT_THAT(Call(*server), ReasonIs("STARTING"));
  const Findings findings = server->Missing();
  ASSERT_EQ(findings.size(), 1);
  EXPECT_EQ(findings[0].severity(), Finding::SEVERITY_ERROR);
  EXPECT_THAT(findings[0].finding(), HasSubstr("the database is away"));

  const std::string address = server->grpc_address();
  SetMissing(absl::OkStatus());
  ASSERT_TRUE(Passing([&] { return server->opened(); }));
  EXPECT_EQ(server->grpc_address(), address);
  EXPECT_THAT(Call(*server), IsOk());
}

TEST_F(ServerTest, AConnectionFromTheFirstMomentIsServedThroughTheOpening) {
  SetMissing(absl::UnavailableError("the database is away"));
  const auto server = Start();
  HealthWatch watch(server->grpc_address());
  const auto stub = EchoService::NewStub(rpc::MakeChannel(server->grpc_address()));
  bool opening = false;
  ASSERT_TRUE(Passing([&] {
    if (std::exchange(opening, true)) SetMissing(absl::OkStatus());
    grpc::ClientContext context;
    EchoResponse response;
    const absl::Status status =
        rpc::ToAbslStatus(stub->Echo(rpc::testing::WithDeadline(&context), {}, &response));
    if (!status.ok()) {
      EXPECT_THAT(status, ReasonIs("STARTING"));
    }
    return status.ok();
  }));
  EXPECT_TRUE(watch.BecomesServing()) << "on the stream that it watches since before";
}

TEST_F(ServerTest, StopsWhileItStillWaits) {
  SetMissing(absl::UnavailableError("the database is away"));
  const auto server = Start();
  ASSERT_TRUE(Eventually([&] { return outside_.tries > 0; }));
  server->Stop();
  server->Stop();  // which does nothing more
  EXPECT_THAT(Call(*server), StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_EQ(outside_.alive, 0);
}

TEST(StopLimitDeathTest, AStopThatHangsEndsTheProcessAtItsLimit) {
  const auto hang = [] {
    const StopLimit limit(absl::Milliseconds(50));
    Wakeup never;
    never.WaitFor(absl::Minutes(5));
  };
  EXPECT_EXIT(hang(), testing::ExitedWithCode(1), "didn't stop in time");
}

TEST_F(ServerTest, WhatWasOpenedEndsWithTheServer) {
  auto server = Start();
  ASSERT_TRUE(Passing([&] { return server->opened(); }));
  EXPECT_EQ(outside_.alive, 1);
  server = nullptr;
  EXPECT_EQ(outside_.alive, 0);
}

TEST_F(ServerTest, AServiceWithAMethodThatDoesntStateWhoMayCallItIsNotServed) {
  EchoServer server(settings_, clock_, outside_);
  EXPECT_THAT(server.Start<rpc::testing::SilentService>(),
              StatusIs(absl::StatusCode::kInternal, HasSubstr("SilentService.Echo")));
}

TEST_F(ServerTest, WhoCallsFromThisMachineIsAnOperatorOnlyWhereThatIsConfigured) {
  settings_.callers.loopback_is_operator = false;
  settings_.limits.address.calls_per_second = 1;
  const auto server = Start();
  ASSERT_TRUE(Passing([&] { return server->opened(); }));
  // An operator would have no limits.
  EXPECT_THAT(Call(*server), IsOk());
  EXPECT_THAT(Call(*server), IsOk());
  EXPECT_THAT(Call(*server), ReasonIs("CALLER_LIMIT"));
}

TEST_F(ServerTest, WithoutTlsWhatOthersReachIsWarnedOfAtTheStart) {
  Mutex mutex;
  std::string log;
  const telemetry::LogRedirect redirect([&](std::string_view line) {
    MutexLock lock(mutex);
    log += line;
  });
  const auto warned = [&] {
    MutexLock lock(mutex);
    return std::exchange(log, "").find("listens without encryption") != std::string::npos;
  };
  Start();
  EXPECT_FALSE(warned());
  settings_.grpc.allow_insecure = true;
  settings_.grpc.address = "0.0.0.0:0";
  Start();
  EXPECT_TRUE(warned());
  settings_.grpc.address = "127.0.0.1:0";
  settings_.http.address = "0.0.0.0";
  Start();
  EXPECT_TRUE(warned());
}

TEST_F(ServerTest, ABadCertificateIsAnErrorOfTheStart) {
  settings_.tls = {.certificate = "/nowhere/tls.crt", .key = "/nowhere/tls.key"};
  EchoServer server(settings_, clock_, outside_);
  EXPECT_THAT(server.Start(), HasFieldError("listen.tls.certificate_file"));
}

TEST_F(ServerTest, HttpSaysWhetherItIsReady) {
  SetMissing(absl::UnavailableError("the database is away"));
  const auto server = Start();
  EXPECT_EQ(Get(*server, "/livez"), 200);
  EXPECT_EQ(Get(*server, "/readyz"), 503);
  SetMissing(absl::OkStatus());
  ASSERT_TRUE(Passing([&] { return Get(*server, "/readyz") == 200; }));
}

TEST_F(ServerTest, AnAddressThatCannotBeListenedOnIsAnErrorAtOnce) {
  const auto server = Start();
  settings_.grpc.address = server->grpc_address();
  EchoServer second(settings_, clock_, outside_);
  EXPECT_THAT(second.Start(), ReasonIs("LISTEN_FAILED"));
}

// A server with TLS, whose clients show certificates.
class TlsServerTest : public ServerTest {
 protected:
  TlsServerTest() {
    settings_.callers.loopback_is_operator = false;
    settings_.callers.certificates = {"dns:page.example.org"};
    settings_.tls = {.certificate = Write("tls.crt", own_.certificate),
                     .key = Write("tls.key", own_.key),
                     .client_ca = Write("clients.crt", clients_.certificate())};
  }
  std::string Write(const std::string& name, const std::string& text) {
    std::ofstream(folder_.File(name)) << text;
    std::filesystem::permissions(folder_.File(name), std::filesystem::perms(0600));
    return folder_.File(name);
  }
  // One connection, as a client with this certificate.
  std::unique_ptr<EchoService::Stub> Connect(const Server& server, const KeyPair& as) {
    const auto channel =
        rpc::MakeChannel({.target = server.grpc_address(),
                          .tls_ca_file = Write("ca.crt", authority_.certificate()),
                          .tls_certificate_file = Write("client.crt", as.certificate),
                          .tls_key_file = Write("client.key", as.key)});
    EXPECT_THAT(channel, IsOk());
    return EchoService::NewStub(*channel);
  }
  static absl::Status Call(EchoService::Stub& stub) {
    grpc::ClientContext context;
    EchoResponse response;
    return rpc::ToAbslStatus(stub.Echo(rpc::testing::WithDeadline(&context), {}, &response));
  }
  // Whether calls are refused so, once some time has passed.
  bool IsRefused(EchoService::Stub& stub, const std::string& reason) {
    return Eventually([&] {
      clock_.Advance(absl::Seconds(1));
      return ReasonOf(Call(stub)) == reason;
    });
  }

  TempDir folder_;
  const TestAuthority authority_, clients_;
  const KeyPair own_ = authority_.Issue({.names = "IP:127.0.0.1"});
};

TEST_F(TlsServerTest, AnAuthorityThatIsTakenOutIsBelievedNoMoreOnOpenConnectionsThoughTheKeyIsBad) {
  const TestAuthority others;
  const auto server = Start();
  const auto stub = Connect(*server, clients_.Issue({.names = "DNS:page.example.org"}));
  ASSERT_TRUE(Passing([&] { return Call(*stub).ok(); }));
  Write("tls.key", "garbage");
  Write("clients.crt", others.certificate());
  EXPECT_TRUE(IsRefused(*stub, "CERTIFICATE_UNTRUSTED"));
  EXPECT_THAT(Call(*stub), StatusIs(absl::StatusCode::kUnauthenticated, HasSubstr("connect anew")));
  const auto next = Connect(*server, others.Issue({.names = "DNS:page.example.org"}));
  EXPECT_THAT(Call(*next), IsOk()) << "with the server's earlier certificate";
}

TEST_F(TlsServerTest, AClientMayShowTheWayToItsAuthority) {
  const TestAuthority between({}, &clients_);
  KeyPair pair = between.Issue({.names = "DNS:page.example.org"});
  pair.certificate += between.certificate();
  const auto server = Start();
  const auto stub = Connect(*server, pair);
  EXPECT_TRUE(Eventually([&] { return Call(*stub).ok(); }));
  Write("clients.crt", absl::StrCat(authority_.certificate(), clients_.certificate()));
  for (int look = 0; look < 5; ++look) {
    EXPECT_TRUE(Passing([&] { return true; }));
    EXPECT_THAT(Call(*stub), IsOk()) << "others beside it change nothing";
  }
}

TEST_F(TlsServerTest, ACertificateThatEndsIsBelievedNoMoreOnItsOpenConnection) {
  const auto server = Start();
  const auto stub = Connect(*server, clients_.Issue({.names = "DNS:page.example.org",
                                                     .until = clock_.Now() + absl::Minutes(5)}));
  ASSERT_TRUE(Eventually([&] { return Call(*stub).ok(); }));
  clock_.Advance(absl::Minutes(5));
  EXPECT_TRUE(IsRefused(*stub, "CERTIFICATE_EXPIRED"));
}

}  // namespace
}  // namespace clusterwire::service
