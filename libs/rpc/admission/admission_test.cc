// The way of a call to its handler, over a real server.

#include <algorithm>
#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include "libs/base/status/error.h"
#include "libs/base/testing/eventually.h"
#include "libs/base/testing/status_matchers.h"
#include "libs/rpc/call/status.h"
#include "libs/rpc/testing/admission_fixture.h"
#include "libs/rpc/testing/client_call.h"
#include "libs/rpc/testing/desk.h"
#include "libs/rpc/testing/echo_server.h"
#include "libs/rpc/testing/raw_client.h"

namespace clusterwire::rpc {
namespace {

using ::testing::HasSubstr;

TEST_F(AdmissionTest, AMethodWithoutTheOptionIsCalledByNobodyNotEvenAnOperator) {
  Start();
  for (const char* who : {"", "corp:1", "operator"}) {
    for (const absl::Status& status : OneOfEachKind<SilentService>(who)) {
      EXPECT_THAT(status, StatusIs(absl::StatusCode::kPermissionDenied));
      EXPECT_THAT(status, ReasonIs("ACCESS_NOT_STATED"));
    }
  }
  EXPECT_EQ(runs_, 0);
}

TEST_F(AdmissionTest, WhoIsTooLittleReachesNoHandlerOfAnyKind) {
  Start();
  for (const absl::Status& status : OneOfEachKind<GuardedService>("")) {
    EXPECT_THAT(status, StatusIs(absl::StatusCode::kUnauthenticated));
    EXPECT_THAT(status, ReasonIs("SIGN_IN"));
  }
  for (const absl::Status& status : OneOfEachKind<GuardedService>("corp:1")) {
    EXPECT_THAT(status, ReasonIs("ACCESS_DENIED"));
  }
  EXPECT_EQ(runs_, 0);
  for (const absl::Status& status : OneOfEachKind<GuardedService>("operator")) {
    EXPECT_THAT(status, IsOk());
  }
  for (const absl::Status& status : OneOfEachKind<EchoService>("")) EXPECT_THAT(status, IsOk());
  EXPECT_EQ(runs_, 6);
}

TEST_F(AdmissionTest, RightsByGrantsOpenWhatTheyAreGoodForAndNoMore) {
  EchoServer& server = Start();
  server.runtime().SetRights([](Caller* caller) {
    if (caller->subject == "corp:reader") caller->members = {"subscribers/r"};
    if (caller->subject == "corp:team") caller->members = caller->edits = {"clusters/a"};
    return absl::OkStatus();
  });
  EXPECT_THAT(Watch<GuardedService>("corp:reader"), IsOk());
  EXPECT_THAT(Exchange<GuardedService>("corp:reader"), ReasonIs("ACCESS_DENIED"));
  EXPECT_THAT(Exchange<GuardedService>("corp:team"), IsOk());
  EXPECT_THAT(Echo<GuardedService>("corp:team"), ReasonIs("ACCESS_DENIED"));
}

TEST_F(AdmissionTest, RightsThatCantBeLookedUpRefuseThoseAloneWhoMayHaveSome) {
  EchoServer& server = Start();
  server.runtime().SetRights(
      [](Caller*) { return absl::UnavailableError("the database is away"); });
  for (const absl::Status& status : OneOfEachKind<EchoService>("corp:1")) {
    EXPECT_THAT(status, StatusIs(absl::StatusCode::kUnavailable));
  }
  EXPECT_EQ(runs_, 0);
  EXPECT_THAT(Echo<EchoService>(""), IsOk());
  EXPECT_THAT(Echo<GuardedService>("operator"), IsOk());
}

TEST_F(AdmissionTest, ACallerCantSayThatItsCallIsOfAnotherMethod) {
  EchoServer& server = Start();
  constexpr char kGuarded[] = "/clusterwire.rpc.testing.GuardedService/Echo";
  for (const char* key : {":clusterwire-method", "clusterwire-method"}) {
    testing::RawClient client(server.server().address());
    const auto answer =
        client.Unary(kGuarded, "", {{key, "/clusterwire.rpc.testing.EchoService/Echo"}});
    EXPECT_NE(answer.status, grpc::StatusCode::OK) << key;
  }
  EXPECT_EQ(runs_, 0);
}

TEST_F(AdmissionTest, MetadataUnderTheKeyOfTheMethodCountsAsAnyOther) {
  EchoServer& server = Start();
  constexpr char kEcho[] = "/clusterwire.rpc.testing.EchoService/Echo";
  const std::string large(20'000, 'x');
  for (const char* key : {":clusterwire-method", "clusterwire-method"}) {
    testing::RawClient client(server.server().address());
    const auto answer = client.Unary(kEcho, "", {{key, large}});
    EXPECT_NE(answer.status, grpc::StatusCode::OK) << key;
  }
  EXPECT_EQ(runs_, 0);
}

TEST_F(AdmissionTest, AWrongIdentityIsRefusedAndNotTakenForThePublic) {
  Start();
  for (const absl::Status& status : OneOfEachKind<EchoService>("wrong")) {
    EXPECT_THAT(status, StatusIs(absl::StatusCode::kUnauthenticated));
    EXPECT_THAT(status, ReasonIs("TOKEN_INVALID"));
  }
  EXPECT_EQ(runs_, 0);
}

TEST_F(AdmissionTest, EachStepRefusesBeforeTheNextOne) {
  EchoServer& server = Start({.runtime = {.callers = {.address = {1, 1}}}});
  EXPECT_THAT(Echo<GuardedService>("wrong", 6, "nonsense"), ReasonIs("TOKEN_INVALID"));
  EXPECT_THAT(Echo<GuardedService>("", 6, "nonsense"), ReasonIs("VIEW_AS_INVALID"));
  EXPECT_THAT(Echo<GuardedService>("", 6, "nonsense"), ReasonIs("VIEW_AS_INVALID"));
  EXPECT_THAT(Echo<GuardedService>("", 6, "nonsense"), ReasonIs("CALLER_LIMIT"));
  server.clock().Advance(absl::Seconds(1));
  EXPECT_THAT(Echo<GuardedService>("", 6), ReasonIs("SIGN_IN"));
  EXPECT_THAT(Echo<GuardedService>("corp:1", 6), ReasonIs("ACCESS_DENIED"));
  EXPECT_THAT(Echo<GuardedService>("operator", 6), ReasonIs("FUTURE_REVISION"));
  EXPECT_EQ(runs_, 0);
}

TEST_F(AdmissionTest, AnOperatorWhoSeesAsThePublicDoesMayDoNoMoreThanThePublic) {
  Start();
  EXPECT_THAT(Echo<GuardedService>("operator", 0, "public"), ReasonIs("SIGN_IN"));
  EXPECT_THAT(Echo<GuardedService>("operator", 0, "programmes/a"), ReasonIs("ACCESS_DENIED"));
  EXPECT_THAT(Echo<EchoService>("operator", 0, "public"), IsOk());
}

TEST_F(AdmissionTest, WhileSomebodyElseIsAskedWhoCallsNoThreadIsHeld) {
  Start({.pool = {.name = "tests", .threads = 1, .queue_limit = 10}});
  std::vector<std::thread> clients;
  for (int i = 0; i < 5; ++i) {
    clients.emplace_back([&] { EXPECT_THAT(Watch<EchoService>("late"), IsOk()); });
  }
  EXPECT_TRUE(Waiting(5));
  EXPECT_THAT(Echo<EchoService>("corp:1"), IsOk());
  EXPECT_EQ(runs_, 1);
  desk_.Answer(SignedIn("corp:2"));
  for (std::thread& client : clients) client.join();
}

TEST_F(AdmissionTest, WhatTakesLongToFindOutKeepsNobodyElseFromBeingServed) {
  EchoServer& server = Start({.runtime = {.identifying = {.threads = 1, .queue_limit = 3}}});
  std::vector<std::thread> clients;
  const auto call = [&](const std::string& who, const auto& outcome) {
    clients.emplace_back([this, who, outcome] { EXPECT_THAT(Echo<EchoService>(who), outcome); });
  };
  call("slow", IsOk());
  EXPECT_TRUE(Eventually([&] { return desk_.found_out() == 1; }));
  for (int i = 0; i < 3; ++i) call("slow", IsOk());
  const auto queued = [&](int count) {
    return Eventually([&] {
      return absl::StrContains(server.metrics().Render(),
                               absl::StrCat("queued{executor=\"identities\"} ", count, "\n"));
    });
  };
  EXPECT_TRUE(queued(3));
  EXPECT_THAT(Echo<EchoService>("new"), ReasonIs("QUEUE_FULL"));
  for (int i = 0; i < 50; ++i) {
    EXPECT_THAT(Echo<EchoService>("corp:1"), IsOk());
    EXPECT_THAT(Echo<EchoService>(""), IsOk());
  }
  desk_.Answer(absl::UnavailableError(""));
  for (std::thread& client : clients) client.join();
}

TEST_F(AdmissionTest, NothingIsSpentOnWhoWentAwayMeanwhile) {
  Start({.runtime = {.identifying = {.threads = 1}}});
  std::thread first([&] { EXPECT_THAT(Echo<EchoService>("slow"), IsOk()); });
  EXPECT_TRUE(Eventually([&] { return desk_.found_out() == 1; }));
  grpc::ClientContext context;
  std::thread second([&] {
    EXPECT_THAT(Echo<EchoService>("new", context), StatusIs(absl::StatusCode::kCancelled));
  });
  EXPECT_TRUE(Eventually([&] {
    return absl::StrContains(server_->metrics().Render(), "queued{executor=\"identities\"} 1\n");
  }));
  context.TryCancel();
  second.join();
  // The server has heard of it once it counts the call as over.
  EXPECT_TRUE(Eventually(
      [&] { return absl::StrContains(server_->metrics().Render(), "code=\"CANCELLED\","); }));
  desk_.Answer(absl::UnavailableError(""));
  first.join();
  EXPECT_THAT(Echo<EchoService>("new"), IsOk());
  EXPECT_EQ(desk_.found_out(), 2u);
}

TEST_F(AdmissionTest, WhoIsIdentifiedLateHasTheRightsOfThatCaller) {
  Start();
  std::thread client([&] { EXPECT_THAT(Echo<GuardedService>("late"), IsOk()); });
  EXPECT_TRUE(Waiting(1));
  desk_.Answer(Caller{.subject = "ops", .proof = Caller::Proof::kToken, .is_operator = true});
  client.join();
  client = std::thread([&] { EXPECT_THAT(Watch<EchoService>("late"), ReasonIs("KEY_UNKNOWN")); });
  EXPECT_TRUE(Waiting(1));
  desk_.Answer(Error(absl::StatusCode::kUnauthenticated, "KEY_UNKNOWN", "no such key"));
  client.join();
  EXPECT_EQ(runs_, 1);
}

TEST_F(AdmissionTest, AClientThatGoesAwayWhileItWaitsLeavesItsPlaceAndALateAnswerDoesNothing) {
  Start();
  grpc::ClientContext unary, stream;
  std::thread client([&] {
    EXPECT_THAT(Echo<EchoService>("late", unary), StatusIs(absl::StatusCode::kCancelled));
  });
  As("late", "", stream);
  const auto stub = EchoService::NewStub(channel_);
  const auto reader = stub->Watch(&stream, EchoRequest());
  EXPECT_TRUE(Waiting(2));
  unary.TryCancel();
  stream.TryCancel();
  client.join();
  EXPECT_TRUE(Eventually([&] { return server_->Shows("clusterwire_rpc_identifying_calls", 0); }));
  EXPECT_THAT(ToAbslStatus(reader->Finish()), StatusIs(absl::StatusCode::kCancelled));
  desk_.Answer(SignedIn("corp:1"));
  EXPECT_THAT(Echo<EchoService>(""), IsOk());
  EXPECT_EQ(runs_, 1);
}

TEST_F(AdmissionTest, ADeadlineEndsTheWait) {
  Start();
  grpc::ClientContext context;
  context.set_deadline(absl::ToChronoTime(absl::Now() + absl::Milliseconds(300)));
  context.AddMetadata("authorization", "late");
  EchoResponse response;
  EXPECT_THAT(
      ToAbslStatus(EchoService::NewStub(channel_)->Echo(&context, EchoRequest(), &response)),
      StatusIs(absl::StatusCode::kDeadlineExceeded));
  EXPECT_TRUE(Eventually([&] { return server_->Shows("clusterwire_rpc_identifying_calls", 0); }));
}

TEST_F(AdmissionTest, NoMoreThanSoManyWaitAndThoseWhoAreKnownPassThem) {
  Start({.runtime = {.identifying = {.limit = 10, .address_limit = 2}}});
  std::vector<std::thread> clients;
  for (int i = 0; i < 2; ++i) {
    clients.emplace_back([&] { EXPECT_THAT(Echo<EchoService>("late"), IsOk()); });
  }
  EXPECT_TRUE(Waiting(2));
  const absl::Status refused = Echo<EchoService>("late");
  EXPECT_THAT(refused, StatusIs(absl::StatusCode::kResourceExhausted));
  EXPECT_THAT(refused, ReasonIs("TOO_MANY_WAITING"));
  EXPECT_TRUE(RetryDelayOf(refused).has_value());
  EXPECT_THAT(Echo<EchoService>("corp:1"), IsOk());
  desk_.Answer(SignedIn("corp:2"));
  for (std::thread& client : clients) client.join();
}

TEST_F(AdmissionTest, AStopEndsThoseWhoWaitAndAnAnswerAfterItIsHarmless) {
  Start();
  std::thread unary([&] { EXPECT_THAT(Echo<EchoService>("late"), ReasonIs("SHUTTING_DOWN")); });
  std::thread stream([&] { EXPECT_THAT(Watch<EchoService>("late"), ReasonIs("SHUTTING_DOWN")); });
  EXPECT_TRUE(Waiting(2));
  server_->server().Shutdown(absl::Minutes(10));
  unary.join();
  stream.join();
  server_.reset();
  desk_.Answer(SignedIn("corp:1"));
  EXPECT_EQ(runs_, 0);
}

TEST_F(AdmissionTest, BeforeTheServiceHasStartedOperatorsAloneAreLetIn) {
  EchoServer& server =
      Start({.runtime = {.started = false}, .pool = {.name = "operators", .from_start = true}});
  EXPECT_THAT(Echo<GuardedService>("operator"), IsOk());
  for (const char* who : {"", "corp:1"}) {
    const absl::Status status = Echo<GuardedService>(who);
    EXPECT_THAT(status, ReasonIs("STARTING"));
    EXPECT_TRUE(RetryDelayOf(status).has_value());
  }
  EXPECT_THAT(Echo<GuardedService>("wrong"), ReasonIs("TOKEN_INVALID"));
  server.runtime().SetStarted();
  EXPECT_THAT(Echo<GuardedService>("corp:1"), ReasonIs("ACCESS_DENIED"));
}

TEST_F(AdmissionTest, WithoutAnAuthenticatorNobodyIsLetIn) {
  FakeClock clock{absl::Now()};
  telemetry::Metrics metrics;
  Runtime runtime(metrics, clock, Random::System());
  ThreadPool pool(runtime, {.name = "tests", .from_start = true});
  const Parking::Progress reader(runtime.parking(), {});
  Services services;
  services.push_back(testing::MakeEchoService(Counting(runs_), pool, reader));
  const auto server = Server::Start({}, runtime, std::move(services));
  ASSERT_THAT(server, IsOk());
  channel_ = MakeChannel((*server)->address());
  for (const absl::Status& status : OneOfEachKind<EchoService>("operator")) {
    EXPECT_THAT(status, ReasonIs("STARTING"));
  }
  EXPECT_EQ(runs_, 0);
}

}  // namespace
}  // namespace clusterwire::rpc
