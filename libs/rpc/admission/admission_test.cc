// The way of a call to its handler, over a real server.

#include "libs/rpc/admission/admission.h"

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
#include "libs/rpc/testing/client_call.h"
#include "libs/rpc/testing/desk.h"
#include "libs/rpc/testing/echo_server.h"
#include "libs/rpc/testing/raw_client.h"

namespace clusterwire::rpc {
namespace {

using testing::Desk;
using testing::EchoRequest;
using testing::EchoResponse;
using testing::EchoServer;
using testing::EchoService;
using testing::GuardedService;
using ::testing::HasSubstr;
using testing::SignedIn;
using testing::SilentService;

// Counts what gets through. Streams end after one message, if `streams_end`.
testing::EchoBehaviour Counting(std::atomic<int>& runs, bool streams_end = true) {
  const Pump then = streams_end ? Pump::kDone : Pump::kWait;
  return {.echo =
              [&runs](const CallContext&, const EchoRequest&) {
                ++runs;
                return EchoResponse();
              },
          .newest = [] { return 5; },
          .watch =
              [&runs, then](const CallContext&, const Waker&) {
                ++runs;
                return Source<EchoResponse>([then, first = true](Batch<EchoResponse>& out) mutable {
                  if (std::exchange(first, false)) out.Add(EchoResponse());
                  return then;
                });
              },
          .exchange =
              [&runs](const CallContext&, const Waker&) {
                ++runs;
                return Exchange<EchoRequest, EchoResponse>(
                    [](Received<EchoRequest>&, Batch<EchoResponse>&) { return Pump::kDone; });
              }};
}

// A server whose callers say who they are by the authorization that they send.
class AdmissionTest : public ::testing::Test {
 protected:
  EchoServer& Start(EchoServer::Options options = {}, bool streams_end = true) {
    options.runtime.authenticator = &desk_;
    server_.emplace(Counting(runs_, streams_end), options);
    channel_ = server_->Channel();
    return *server_;
  }

  // A call of each kind, as `who`; nobody in particular if empty.
  template <typename Contract>
  absl::Status Echo(const std::string& who, int64_t min_revision = 0,
                    const std::string& view_as = "") {
    grpc::ClientContext context;
    return Echo<Contract>(who, context, min_revision, view_as);
  }
  template <typename Contract>
  absl::Status Echo(const std::string& who, grpc::ClientContext& context, int64_t min_revision = 0,
                    const std::string& view_as = "") {
    As(who, view_as, context);
    EchoRequest request;
    request.set_min_revision(min_revision);
    EchoResponse response;
    return ToAbslStatus(Contract::NewStub(channel_)->Echo(&context, request, &response));
  }
  template <typename Contract>
  absl::Status Watch(const std::string& who) {
    grpc::ClientContext context;
    As(who, "", context);
    const auto stub = Contract::NewStub(channel_);
    const auto reader = stub->Watch(&context, EchoRequest());
    for (EchoResponse response; reader->Read(&response);) continue;
    return ToAbslStatus(reader->Finish());
  }
  template <typename Contract>
  absl::Status Exchange(const std::string& who) {
    grpc::ClientContext context;
    As(who, "", context);
    const auto stub = Contract::NewStub(channel_);
    const auto stream = stub->Exchange(&context);
    stream->WritesDone();
    for (EchoResponse response; stream->Read(&response);) continue;
    return ToAbslStatus(stream->Finish());
  }
  template <typename Contract>
  std::vector<absl::Status> OneOfEachKind(const std::string& who) {
    return {Echo<Contract>(who), Watch<Contract>(who), Exchange<Contract>(who)};
  }

  bool Waiting(size_t count) {
    return Eventually([&] {
      return desk_.waiting() == count && server_->Shows("clusterwire_rpc_identifying_calls", count);
    });
  }

  static void As(const std::string& who, const std::string& view_as, grpc::ClientContext& context) {
    testing::WithDeadline(&context);
    if (!who.empty()) context.AddMetadata("authorization", who);
    if (!view_as.empty()) context.AddMetadata(std::string(kViewAsKey), view_as);
  }

  Desk desk_;  // outlives the server
  std::atomic<int> runs_ = 0;
  std::optional<EchoServer> server_;
  std::shared_ptr<grpc::Channel> channel_;
};

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
  // Both were counted.
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

TEST_F(AdmissionTest, WhatDoesntHoldAndWhatCantBeReadIsCountedForTheAddress) {
  EchoServer& server = Start({.runtime = {.callers = {.address = {2, 5}}}});
  EXPECT_THAT(Echo<EchoService>("wrong"), ReasonIs("TOKEN_INVALID"));
  EXPECT_THAT(Echo<EchoService>("wrong"), ReasonIs("TOKEN_INVALID"));
  testing::RawClient client(server.server().address());
  constexpr char kEcho[] = "/clusterwire.rpc.testing.EchoService/Echo";
  for (int i = 0; i < 2; ++i) {
    EXPECT_THAT(client.Unary(kEcho, "\xff\xff\xff").text, HasSubstr("can't be read"));
  }
  EXPECT_THAT(client.Unary(kEcho, "\xff\xff\xff").status, grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_THAT(Echo<EchoService>("wrong"), ReasonIs("CALLER_LIMIT"));
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
  EXPECT_THAT(Echo<EchoService>(""), ReasonIs("CALLER_LIMIT"));
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
