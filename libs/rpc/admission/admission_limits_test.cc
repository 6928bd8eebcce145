// What callers may take, and when a stream's caller may stay, over a real server.

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

TEST_F(AdmissionTest, ACallersCallsAreLimitedAndNobodyElsesAre) {
  EchoServer& server = Start({.runtime = {.callers = {.subject = {2, 5}, .address = {1, 5}}}});
  for (int i = 0; i < 4; ++i) EXPECT_THAT(Echo<EchoService>("corp:1"), IsOk());
  for (const absl::Status& refused : OneOfEachKind<EchoService>("corp:1")) {
    EXPECT_THAT(refused, ReasonIs("CALLER_LIMIT"));
    EXPECT_EQ(RetryDelayOf(refused), absl::Milliseconds(500));
  }
  EXPECT_EQ(runs_, 4);
  EXPECT_THAT(Echo<EchoService>("corp:2"), IsOk());
  EXPECT_THAT(Echo<EchoService>(""), IsOk());
  EXPECT_THAT(Echo<EchoService>("operator"), IsOk());
  server.clock().Advance(absl::Milliseconds(500));
  EXPECT_THAT(Echo<EchoService>("corp:1"), IsOk());
  EXPECT_THAT(server.metrics().Render(),
              HasSubstr("clusterwire_rpc_caller_limit_total{limit=\"calls\"} 3\n"));
}

TEST_F(AdmissionTest, IdentitiesThatDontHoldAreLimitedByAddressBeforeAnythingIsSpentOnThem) {
  EchoServer& server = Start({.runtime = {.callers = {.address = {1, 5}}}});
  for (int i = 0; i < 2; ++i) EXPECT_THAT(Echo<EchoService>("wrong"), ReasonIs("TOKEN_INVALID"));
  for (const absl::Status& refused : OneOfEachKind<EchoService>("wrong")) {
    EXPECT_THAT(refused, ReasonIs("CALLER_LIMIT"));
    EXPECT_TRUE(RetryDelayOf(refused).has_value());
  }
  EXPECT_THAT(Echo<EchoService>("new"), ReasonIs("CALLER_LIMIT"));
  EXPECT_EQ(desk_.found_out(), 2u);
  EXPECT_THAT(Echo<EchoService>(""), IsOk()) << "the public behind the same proxy";
  EXPECT_THAT(Echo<EchoService>("corp:1"), IsOk()) << "who is known";
  server.clock().Advance(absl::Seconds(1));
  for (int i = 0; i < 10; ++i) {
    EXPECT_THAT(Echo<EchoService>("new"), IsOk()) << "what holds isn't counted";
  }
}

TEST_F(AdmissionTest, WhatIsKnownToHoldNoMoreIsLimitedByAddressToo) {
  Start({.runtime = {.callers = {.address = {1, 5}}}});
  desk_.Forget("corp:1");
  for (int i = 0; i < 2; ++i) EXPECT_THAT(Echo<EchoService>("corp:1"), ReasonIs("TOKEN_INVALID"));
  EXPECT_THAT(Echo<EchoService>("corp:1"), ReasonIs("CALLER_LIMIT"));
}

TEST_F(AdmissionTest, WhatCantBeReadIsCountedForTheAddress) {
  EchoServer& server = Start({.runtime = {.callers = {.address = {1, 5}}}});
  testing::RawClient client(server.server().address());
  constexpr char kEcho[] = "/clusterwire.rpc.testing.EchoService/Echo";
  for (int i = 0; i < 2; ++i) {
    EXPECT_THAT(client.Unary(kEcho, "\xff\xff\xff").text, HasSubstr("can't be read"));
  }
  EXPECT_THAT(client.Unary(kEcho, "\xff\xff\xff").status, grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_THAT(Echo<EchoService>(""), ReasonIs("CALLER_LIMIT"));
  EXPECT_THAT(Echo<EchoService>("corp:1"), IsOk());
}

TEST_F(AdmissionTest, WhatNobodyCouldBeAskedAboutIsCountedForTheAddressToo) {
  Start({.runtime = {.callers = {.address = {1, 5}}}});
  for (int i = 0; i < 2; ++i) {
    std::thread client(
        [&] { EXPECT_THAT(Echo<EchoService>("late"), StatusIs(absl::StatusCode::kUnavailable)); });
    EXPECT_TRUE(Waiting(1));
    desk_.Answer(absl::UnavailableError("the issuer is away"));
    client.join();
  }
  EXPECT_THAT(Echo<EchoService>("late"), ReasonIs("CALLER_LIMIT"));
}

TEST_F(AdmissionTest, AStreamsPlaceIsGivenBackInWhicheverWayItEnds) {
  EchoServer& server = Start({.runtime = {.callers = {.subject = {1000, 1}}}}, false);
  const auto stub = EchoService::NewStub(channel_);
  const auto open = [&](grpc::ClientContext& context) {
    As("corp:1", "", context);
    auto reader = stub->Watch(&context, EchoRequest());
    EchoResponse response;
    if (!reader->Read(&response)) reader = nullptr;
    return reader;
  };
  const auto opens = [&] {
    grpc::ClientContext context;
    const auto reader = open(context);
    context.TryCancel();  // that is one way
    return reader != nullptr;
  };
  EXPECT_TRUE(opens());
  EXPECT_TRUE(Eventually(opens));
  EXPECT_TRUE(Eventually([&] { return server.Shows("clusterwire_rpc_open_streams", 0); }));
  {
    grpc::ClientContext context;
    const auto reader = open(context);
    ASSERT_NE(reader, nullptr);
    EXPECT_THAT(Watch<EchoService>("corp:1"), ReasonIs("CALLER_LIMIT"));
    server.runtime().EndStreams(absl::AbortedError("by the server"));
    EXPECT_THAT(ToAbslStatus(reader->Finish()), StatusIs(absl::StatusCode::kAborted));
  }
  EXPECT_TRUE(Eventually(opens));
  // By the handler, by a refusal of the way, and by one of the register of streams.
  EXPECT_TRUE(Eventually([&] { return Exchange<EchoService>("corp:1").ok(); }));
  EXPECT_TRUE(
      Eventually([&] { return ReasonOf(Watch<GuardedService>("corp:1")) == "ACCESS_DENIED"; }));
  EXPECT_TRUE(Eventually(opens));
}

TEST_F(AdmissionTest, AStreamThatFindsNoRoomTakesNoPlace) {
  EchoServer& server =
      Start({.runtime = {.max_streams = 1, .callers = {.subject = {1000, 1}}}}, false);
  grpc::ClientContext context;
  As("operator", "", context);
  const auto stub = EchoService::NewStub(channel_);
  const auto reader = stub->Watch(&context, EchoRequest());
  EXPECT_TRUE(Eventually([&] { return server.Shows("clusterwire_rpc_open_streams", 1); }));
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(
        Eventually([&] { return ReasonOf(Watch<EchoService>("corp:1")) == "TOO_MANY_STREAMS"; }));
  }
  context.TryCancel();
  EXPECT_TRUE(Eventually([&] { return server.Shows("clusterwire_rpc_open_streams", 0); }));
  EXPECT_TRUE(Eventually([&] { return Exchange<EchoService>("corp:1").ok(); }));
}

TEST_F(AdmissionTest, OneCallerCantHoldAllPlacesOfStreams) {
  EchoServer& server = Start(
      {.runtime = {.max_streams = 4, .callers = {.subject = {1000, 2}, .address = {1000, 1}}}},
      false);
  const auto stub = EchoService::NewStub(channel_);
  std::vector<std::unique_ptr<grpc::ClientContext>> contexts;
  const auto opens = [&](const std::string& who) {
    contexts.push_back(std::make_unique<grpc::ClientContext>());
    As(who, "", *contexts.back());
    auto reader = stub->Watch(contexts.back().get(), EchoRequest());
    EchoResponse response;
    const bool open = reader->Read(&response);
    readers_.push_back(std::move(reader));
    return open;
  };
  EXPECT_TRUE(opens("corp:1"));
  EXPECT_TRUE(opens("corp:1"));
  for (int i = 0; i < 5; ++i) EXPECT_THAT(Watch<EchoService>("corp:1"), ReasonIs("CALLER_LIMIT"));
  EXPECT_TRUE(opens(""));
  EXPECT_THAT(Watch<EchoService>(""), ReasonIs("CALLER_LIMIT"));
  EXPECT_TRUE(opens("corp:2"));
  EXPECT_TRUE(server.Shows("clusterwire_rpc_open_streams", 4));
  for (const auto& context : contexts) context->TryCancel();
  readers_.clear();
}

TEST_F(AdmissionTest, WhoShowsNothingTakesNoPlaceOfAStreamThatIsForOthers) {
  Start({.runtime = {.callers = {.address = {1000, 0}}}});
  EXPECT_THAT(Watch<GuardedService>(""), ReasonIs("SIGN_IN"));
  EXPECT_THAT(Exchange<GuardedService>(""), ReasonIs("SIGN_IN"));
  EXPECT_THAT(Watch<EchoService>(""), ReasonIs("CALLER_LIMIT"));
}

TEST_F(AdmissionTest, AStreamEndsWhenWhatShowedItsCallerHoldsNoMore) {
  EchoServer& server = Start({}, false);
  grpc::ClientContext gone, stays;
  As("corp:1", "", gone);
  As("corp:2", "", stays);
  const auto stub = EchoService::NewStub(channel_);
  const auto reader = stub->Watch(&gone, EchoRequest());
  const auto other = stub->Watch(&stays, EchoRequest());
  EchoResponse response;
  ASSERT_TRUE(reader->Read(&response));
  ASSERT_TRUE(other->Read(&response));
  desk_.Forget("corp:1");
  EXPECT_TRUE(Eventually([&] {
    server.clock().Advance(absl::Seconds(1));
    return server.Shows("clusterwire_rpc_open_streams", 1);
  }));
  EXPECT_THAT(ToAbslStatus(reader->Finish()), ReasonIs("TOKEN_INVALID"));
  stays.TryCancel();
}

TEST_F(AdmissionTest, AStreamEndsWhenWhoOpenedItCantBeFoundOutAnyMore) {
  EchoServer& server = Start({}, false);
  grpc::ClientContext context;
  As("new", "", context);
  const auto stub = EchoService::NewStub(channel_);
  const auto reader = stub->Watch(&context, EchoRequest());
  EchoResponse response;
  ASSERT_TRUE(reader->Read(&response));
  desk_.Refuse(absl::UnavailableError("its issuer is away, and its keys too old"));
  EXPECT_TRUE(Eventually([&] {
    server.clock().Advance(absl::Seconds(1));
    return server.Shows("clusterwire_rpc_open_streams", 0);
  }));
  EXPECT_THAT(ToAbslStatus(reader->Finish()), StatusIs(absl::StatusCode::kUnavailable));
}

TEST_F(AdmissionTest, AStreamStaysForAWhileWhenThereIsNoRoomToFindOut) {
  EchoServer& server = Start({}, false);
  grpc::ClientContext context;
  As("new", "", context);
  const auto stub = EchoService::NewStub(channel_);
  const auto reader = stub->Watch(&context, EchoRequest());
  EchoResponse response;
  ASSERT_TRUE(reader->Read(&response));
  desk_.Refuse(absl::ResourceExhaustedError("no room"));
  const absl::Time start = server.clock().Now();
  EXPECT_TRUE(Eventually([&] {
    server.clock().Advance(absl::Seconds(1));
    return server.Shows("clusterwire_rpc_open_streams", 0);
  }));
  EXPECT_GE(server.clock().Now() - start, absl::Seconds(50));
  EXPECT_THAT(ToAbslStatus(reader->Finish()), StatusIs(absl::StatusCode::kResourceExhausted));
}

TEST_F(AdmissionTest, AStreamEndsWhenItsCallersRightsHaveChangedAndNotBefore) {
  EchoServer& server = Start({}, false);
  std::atomic<int> lookups = 0;
  std::atomic<bool> withdrawn = false;
  server.runtime().SetRights([&](Caller* caller) {
    caller->members = {"clusters/a", "subscribers/r"};
    if (++lookups % 2 == 0) std::ranges::reverse(caller->members);
    if (withdrawn) caller->members = {"subscribers/r"};
    return absl::OkStatus();
  });
  grpc::ClientContext context;
  As("corp:1", "", context);
  const auto stub = GuardedService::NewStub(channel_);
  const auto reader = stub->Watch(&context, EchoRequest());
  EchoResponse response;
  ASSERT_TRUE(reader->Read(&response));
  const auto checked = [&](int times) {
    return Eventually([&] {
      server.clock().Advance(absl::Seconds(1));
      return lookups >= times;
    });
  };
  EXPECT_TRUE(checked(4));
  EXPECT_TRUE(server.Shows("clusterwire_rpc_open_streams", 1));
  withdrawn = true;
  EXPECT_TRUE(checked(5));
  const absl::Status status = ToAbslStatus(reader->Finish());
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_THAT(status, ReasonIs("RIGHTS_CHANGED"));
}

}  // namespace
}  // namespace clusterwire::rpc
