#include "libs/service/host.h"

#include <optional>
#include <string>
#include <utility>

#include "absl/time/clock.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/base/status/error.h"
#include "libs/base/testing/eventually.h"
#include "libs/base/testing/fake_clock.h"
#include "libs/base/testing/status_matchers.h"
#include "libs/rpc/server/client.h"
#include "libs/rpc/server/refusing_service.h"
#include "libs/rpc/call/status.h"
#include "libs/rpc/testing/echo_server.h"
#include "libs/rpc/testing/health_watch.h"

namespace clusterwire::service {
namespace {

using rpc::testing::EchoService;
using ::testing::HasSubstr;

constexpr char kEcho[] = "clusterwire.rpc.testing.EchoService";

// A service whose answer tells that it is the real one.
class EchoParts final : public Parts {
 public:
  EchoParts(Front& front, std::atomic<int>& alive) : front_(front), alive_(alive) { ++alive_; }
  ~EchoParts() override { --alive_; }

  rpc::Services MakeServices() override {
    rpc::Services services;
    services.push_back(rpc::MakeRefusingService(front_.runtime(), kEcho, [] {
      return Error(absl::StatusCode::kAlreadyExists, "SERVED", "by the real service");
    }));
    return services;
  }
  Front::Health Health() const override { return {{kEcho, true}, {"ready", true}}; }

 private:
  Front& front_;
  std::atomic<int>& alive_;
};

class HostTest : public ::testing::Test {
 protected:
  HostTest() {
    settings_.grpc.address = "127.0.0.1:0";
    settings_.http.address = "127.0.0.1";
    settings_.readers = settings_.writers = 1;
    settings_.queue_limit = 10;
    settings_.stop_grace = absl::Seconds(1);
  }

  std::unique_ptr<Host> Start() {
    auto host = Host::Start(
        settings_, {.live = "live", .ready = "ready", .services = {kEcho}, .operations = kEcho},
        {.open = [this](Front& front,
                        telemetry::Metrics&) -> absl::StatusOr<std::unique_ptr<Parts>> {
           ++tries_;
           MutexLock lock(mutex_);
           if (!missing_.ok()) return missing_;
           return std::make_unique<EchoParts>(front, alive_);
         },
         .operations =
             [this](Front& front, std::function<Findings()> findings) {
               findings_ = std::move(findings);
               return rpc::MakeRefusingService(front.runtime(), kEcho, Host::Starting);
             }},
        clock_, Random::System());
    EXPECT_THAT(host, IsOk());
    return host.ok() ? *std::move(host) : nullptr;
  }
  void SetMissing(absl::Status status) {
    MutexLock lock(mutex_);
    missing_ = std::move(status);
  }
  absl::Status Call(const Host& host) {
    const auto stub = EchoService::NewStub(rpc::MakeChannel(host.grpc_address()));
    grpc::ClientContext context;
    rpc::testing::EchoResponse response;
    return rpc::ToAbslStatus(stub->Echo(rpc::testing::WithDeadline(&context), {}, &response));
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
  Mutex mutex_;
  absl::Status missing_ ABSL_GUARDED_BY(mutex_);
  std::atomic<int> tries_ = 0;
  std::atomic<int> alive_ = 0;
  std::function<Findings()> findings_;
};

TEST_F(HostTest, RefusesCallsAndSaysWhatIsMissingUntilItIsThere) {
  SetMissing(absl::UnavailableError("the database is away"));
  const auto host = Start();
  ASSERT_NE(host, nullptr);
  ASSERT_TRUE(Passing([&] { return tries_ > 2; }));
  EXPECT_FALSE(host->opened());
  EXPECT_THAT(Call(*host), ReasonIs("STARTING"));
  const Findings findings = findings_();
  ASSERT_EQ(findings.size(), 1);
  EXPECT_EQ(findings[0].severity(), Finding::SEVERITY_ERROR);
  EXPECT_THAT(findings[0].finding(), HasSubstr("the database is away"));

  const std::string address = host->grpc_address();
  SetMissing(absl::OkStatus());
  ASSERT_TRUE(Passing([&] { return host->opened(); }));
  EXPECT_EQ(host->grpc_address(), address);
  EXPECT_THAT(Call(*host), ReasonIs("SERVED"));
}

TEST_F(HostTest, AnOpenHealthWatchDoesNotKeepItFromServing) {
  settings_.stop_grace = absl::Minutes(10);
  SetMissing(absl::UnavailableError("the database is away"));
  auto host = Start();
  ASSERT_NE(host, nullptr);
  const rpc::testing::HealthWatch watch(host->grpc_address());
  SetMissing(absl::OkStatus());
  EXPECT_TRUE(Passing([&] { return host->opened(); }));
}

TEST_F(HostTest, StopsWhileItStillWaits) {
  SetMissing(absl::UnavailableError("the database is away"));
  const auto host = Start();
  ASSERT_NE(host, nullptr);
  ASSERT_TRUE(Eventually([&] { return tries_ > 0; }));
  host->Stop();
  host->Stop();  // which does nothing more
  EXPECT_THAT(Call(*host), StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_EQ(alive_, 0);
}

TEST_F(HostTest, WhatWasOpenedEndsWithTheHost) {
  auto host = Start();
  ASSERT_NE(host, nullptr);
  ASSERT_TRUE(Passing([&] { return host->opened(); }));
  EXPECT_EQ(alive_, 1);
  host = nullptr;
  EXPECT_EQ(alive_, 0);
}

TEST_F(HostTest, AnAddressThatCannotBeListenedOnIsAnErrorAtOnce) {
  const auto host = Start();
  ASSERT_NE(host, nullptr);
  ASSERT_TRUE(Passing([&] { return host->opened(); }));
  settings_.grpc.address = host->grpc_address();
  EXPECT_THAT(
      Host::Start(settings_, {.live = "live", .ready = "ready", .services = {}, .operations = ""},
                  {}, clock_, Random::System()),
      ReasonIs("LISTEN_FAILED"));
}

}  // namespace
}  // namespace clusterwire::service
