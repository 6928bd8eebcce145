#include "libs/rpc/call/run_unary.h"

#include <algorithm>
#include <atomic>
#include <future>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include "libs/base/testing/status_matchers.h"
#include "libs/rpc/call/status.h"
#include "libs/rpc/testing/client_call.h"
#include "libs/rpc/testing/echo_server.h"
#include "libs/rpc/testing/raw_client.h"
#include "libs/telemetry/log.h"

namespace clusterwire::rpc {
namespace {

using rpc::testing::EchoRequest;
using rpc::testing::EchoResponse;
using rpc::testing::EchoServer;
using rpc::testing::EchoService;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr char kMethod[] = "/clusterwire.rpc.testing.EchoService/Echo";

absl::Status Call(EchoService::Stub& stub, const ClientCall& call = {},
                  const std::string& text = "", EchoResponse* response = nullptr) {
  EchoResponse ignored;
  EchoRequest request;
  request.set_text(text);
  grpc::ClientContext context;
  Prepare(call, &context);
  return ToAbslStatus(stub.Echo(&context, request, response != nullptr ? response : &ignored));
}

EchoResponse Response(const std::string& text) {
  EchoResponse response;
  response.set_text(text);
  return response;
}

TEST(RunUnaryTest, TheResponseReachesTheClientAndTheCallIsCounted) {
  EchoServer server({.echo = [](const CallContext&, const EchoRequest& request) {
    return Response(request.text());
  }});
  EchoResponse response;
  EXPECT_THAT(Call(*server.Stub(), {}, "hello", &response), IsOk());
  EXPECT_EQ(response.text(), "hello");
  EXPECT_THAT(server.metrics().Render(),
              HasSubstr(absl::StrCat("clusterwire_rpc_calls_total{code=\"OK\",method=\"", kMethod,
                                     "\"} 1\n")));
}

TEST(RunUnaryTest, AStatusReachesTheClientWithItsDetails) {
  EchoServer server({.echo = [](const CallContext&, const EchoRequest&) {
    return absl::StatusOr<EchoResponse>(FieldError("text", "is empty; give one"));
  }});
  const absl::Status status = Call(*server.Stub());
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kInvalidArgument, "text: is empty; give one"));
  EXPECT_THAT(status, HasFieldError("text"));
}

TEST(RunUnaryTest, ARequestThatCantBeParsedIsToldSoAndCounted) {
  std::atomic<int> runs = 0;
  EchoServer server(
      {.echo =
           [&](const CallContext&, const EchoRequest&) {
             ++runs;
             return EchoResponse();
           },
       .watch = [&](const CallContext&, const Waker&) -> absl::StatusOr<Source<EchoResponse>> {
         ++runs;
         return absl::UnknownError("was opened");
       }});
  testing::RawClient client(server.server().address());
  for (const char* bytes : {"\x0a\x01\xe9", "\xff\xff\xff"}) {
    for (const char* method : {kMethod, "/clusterwire.rpc.testing.EchoService/Watch"}) {
      const auto answer = client.Unary(method, bytes);
      EXPECT_EQ(answer.status, grpc::StatusCode::INVALID_ARGUMENT) << method;
      EXPECT_THAT(answer.text, HasSubstr("the request can't be read"));
    }
  }
  const uint32_t empty = client.Call(kMethod);
  client.End(empty);
  EXPECT_EQ(client.Await(empty).status, grpc::StatusCode::INVALID_ARGUMENT) << "none was sent";
  EXPECT_EQ(runs, 0);
  EXPECT_THAT(server.metrics().Render(),
              HasSubstr(absl::StrCat("{code=\"INVALID_ARGUMENT\",method=\"", kMethod, "\"} 3\n")));
}

TEST(RunUnaryTest, TheContextSaysWhoCallsWhatAndUntilWhen) {
  std::promise<CallContext> seen;
  EchoServer server({.echo = [&](const CallContext& call, const EchoRequest&) {
    seen.set_value(call);
    return EchoResponse();
  }});
  const absl::Time deadline = absl::Now() + absl::Minutes(5);
  EXPECT_THAT(Call(*server.Stub(), {.deadline = deadline}), IsOk());
  const CallContext call = seen.get_future().get();
  EXPECT_EQ(call.method, kMethod);
  EXPECT_THAT(call.peer, HasSubstr("127.0.0.1"));
  EXPECT_TRUE(call.caller.is_operator);
  EXPECT_LT(absl::AbsDuration(call.deadline - deadline), absl::Seconds(10));
}

TEST(RunUnaryTest, ACallWithoutDeadlineHasNone) {
  std::promise<absl::Time> seen;
  EchoServer server({.echo = [&](const CallContext& call, const EchoRequest&) {
    seen.set_value(call.deadline);
    return EchoResponse();
  }});
  EXPECT_THAT(Call(*server.Stub()), IsOk());
  EXPECT_EQ(seen.get_future().get(), absl::InfiniteFuture());
}

TEST(RunUnaryTest, TheCallersTraceGoesOnInASpanOfOurOwn) {
  std::vector<std::string> traces;
  EchoServer server({.echo = [&](const CallContext& call, const EchoRequest&) {
    EXPECT_EQ(telemetry::CurrentTrace().span_id, call.trace.span_id);
    traces.push_back(call.trace.ToTraceparent());
    return EchoResponse();
  }});
  const auto parent =
      telemetry::TraceContext::Parse("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
  EXPECT_THAT(Call(*server.Stub(), {.trace = *parent}), IsOk());
  EXPECT_THAT(Call(*server.Stub()), IsOk());
  ASSERT_EQ(traces.size(), 2u);
  EXPECT_THAT(traces[0], HasSubstr("0af7651916cd43dd8448eb211c80319c"));
  EXPECT_NE(traces[0], parent->ToTraceparent());
  EXPECT_TRUE(telemetry::TraceContext::Parse(traces[1]).has_value());
  EXPECT_EQ(traces[1].find("0af7651916cd43dd8448eb211c80319c"), std::string::npos);
}

TEST(RunUnaryTest, ViewAsDropsRightsAndABadOneIsRefusedUnrun) {
  std::vector<Caller> callers;
  EchoServer server({.echo = [&](const CallContext& call, const EchoRequest&) {
    callers.push_back(call.caller);
    return EchoResponse();
  }});
  const auto stub = server.Stub();
  EXPECT_THAT(Call(*stub, {.view_as = "public"}), IsOk());
  EXPECT_THAT(Call(*stub, {.view_as = "programmes/go-cluster"}), IsOk());
  EXPECT_THAT(Call(*stub, {.view_as = "everybody"}), ReasonIs("VIEW_AS_INVALID"));
  ASSERT_EQ(callers.size(), 2u);
  EXPECT_FALSE(callers[0].is_operator);
  EXPECT_THAT(callers[1].members, ElementsAre("programmes/go-cluster"));
}

TEST(RunUnaryTest, AFullQueueRefusesWithADelayToWait) {
  std::promise<void> release;
  const std::shared_future<void> released = release.get_future().share();
  std::atomic<int> running = 0;
  EchoServer server({.echo =
                         [&](const CallContext&, const EchoRequest&) {
                           ++running;
                           released.wait();
                           return EchoResponse();
                         }},
                    {.pool = {.name = "writes", .threads = 1, .queue_limit = 1}});
  const auto stub = server.Stub();
  std::vector<std::thread> clients;
  clients.emplace_back([&] { EXPECT_THAT(Call(*stub), IsOk()); });
  ASSERT_TRUE(Eventually([&] { return running == 1; }));
  clients.emplace_back([&] { EXPECT_THAT(Call(*stub), IsOk()); });
  ASSERT_TRUE(Eventually([&] {
    return absl::StrContains(server.metrics().Render(),
                             "clusterwire_executor_queued{executor=\"writes\"} 1");
  }));
  const absl::Status refused = Call(*stub);
  release.set_value();
  for (std::thread& client : clients) client.join();
  EXPECT_THAT(refused, StatusIs(absl::StatusCode::kResourceExhausted, HasSubstr("writes is full")));
  EXPECT_THAT(refused, ReasonIs("QUEUE_FULL"));
  EXPECT_TRUE(refused.GetPayload("type.googleapis.com/google.rpc.RetryInfo").has_value());
}

// One call that runs until the test lets it go, and one that waits behind it.
struct OneRunsOneWaits {
  explicit OneRunsOneWaits(absl::Time deadline) {
    first = std::thread([this] { EXPECT_THAT(Call(*stub), IsOk()); });
    EXPECT_TRUE(Eventually([&] { return runs == 1; }));
    Prepare({.deadline = deadline}, &context);
    second = std::thread([this] {
      EchoResponse response;
      status = ToAbslStatus(stub->Echo(&context, EchoRequest(), &response));
    });
    EXPECT_TRUE(Eventually([&] { return arrived == 2; }));
  }
  void Release() {
    release.set_value();
    first.join();
    second.join();
  }

  std::promise<void> release;
  const std::shared_future<void> released = release.get_future().share();
  std::atomic<int> runs = 0;
  std::atomic<int> arrived = 0;
  std::atomic<grpc::CallbackServerContext*> last = nullptr;
  EchoServer server{{.arrived =
                         [this](grpc::CallbackServerContext* call) {
                           last = call;
                           ++arrived;
                         },
                     .echo =
                         [this](const CallContext&, const EchoRequest&) {
                           ++runs;
                           released.wait();
                           return EchoResponse();
                         }},
                    {.pool = {.name = "reads", .threads = 1, .queue_limit = 5}}};
  const std::unique_ptr<EchoService::Stub> stub = server.Stub();
  grpc::ClientContext context;
  absl::Status status;
  std::thread first, second;
};

TEST(RunUnaryTest, ACallWhoseClientGaveUpWhileItWaitedIsNotRun) {
  OneRunsOneWaits calls(absl::InfiniteFuture());
  calls.context.TryCancel();
  EXPECT_TRUE(Eventually([&] { return calls.last.load()->IsCancelled(); }));
  calls.Release();
  EXPECT_THAT(calls.status, StatusIs(absl::StatusCode::kCancelled));
  EXPECT_TRUE(Eventually(
      [&] { return absl::StrContains(calls.server.metrics().Render(), "{code=\"CANCELLED\""); }));
  EXPECT_EQ(calls.runs, 1);
}

TEST(RunUnaryTest, ACallWhoseDeadlinePassedWhileItWaitedIsNotRun) {
  OneRunsOneWaits calls(absl::Now() + absl::Hours(1));
  calls.server.clock().Advance(absl::Hours(2));
  calls.Release();
  EXPECT_THAT(calls.status,
              StatusIs(absl::StatusCode::kDeadlineExceeded, HasSubstr("before the call was run")));
  EXPECT_EQ(calls.runs, 1);
}

TEST(RunUnaryTest, AWallClockThatIsSetKeepsNoCallFromBeingRunInItsTime) {
  for (const absl::Duration step : {-absl::Hours(1), absl::Hours(1)}) {
    OneRunsOneWaits calls(absl::Now() + absl::Minutes(10));
    calls.server.clock().Set(calls.server.clock().Now() + step);
    calls.Release();
    EXPECT_THAT(calls.status, IsOk()) << step;
    EXPECT_EQ(calls.runs, 2);
  }
}

TEST(RunUnaryTest, TheAccessLogHasOneLineACallWithItsTrace) {
  std::vector<std::string> lines;
  EchoServer server({.echo = [](const CallContext&, const EchoRequest&) {
    return absl::StatusOr<EchoResponse>(NotFoundError("clusters/x"));
  }});
  const auto trace =
      telemetry::TraceContext::Parse("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
  const telemetry::LogRedirect redirect([&](std::string_view line) { lines.emplace_back(line); });
  EXPECT_THAT(Call(*server.Stub(), {.trace = *trace}), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(lines, ElementsAre(::testing::AllOf(
                         HasSubstr("\"trace_id\":\"0af7651916cd43dd8448eb211c80319c\""),
                         HasSubstr("\"code\":\"NOT_FOUND\""),
                         HasSubstr("\"reason\":\"RESOURCE_NOT_FOUND\""), HasSubstr(kMethod))));
}

// A server whose reader is behind what there is, and calls that ask it for a revision.
struct Behind {
  explicit Behind(EchoServer::Options options = {}) : server(Echoing(), std::move(options)) {}
  static testing::EchoBehaviour Echoing() {
    return {.echo = [](const CallContext&, const EchoRequest&) { return EchoResponse(); },
            .newest = [] { return 5; }};
  }
  absl::Status Ask(int64_t revision, const ClientCall& call = {}) {
    grpc::ClientContext context;
    Prepare(call, &context);
    return Ask(revision, context);
  }
  absl::Status Ask(int64_t revision, grpc::ClientContext& context) {
    EchoRequest request;
    request.set_min_revision(revision);
    EchoResponse response;
    return ToAbslStatus(stub->Echo(&context, request, &response));
  }
  bool Parked(size_t count) {
    return Eventually([&] { return server.Shows("clusterwire_rpc_parked_calls", count); });
  }

  EchoServer server;
  const std::unique_ptr<EchoService::Stub> stub = server.Stub();
};

TEST(RunAtRevisionTest, MoreCallsThanThreadsWaitForTheirRevisionAndHoldUpNoOther) {
  Behind behind({.pool = {.name = "reads", .threads = 2, .queue_limit = 100}});
  std::vector<std::thread> clients;
  for (int i = 0; i < 20; ++i) {
    clients.emplace_back([&] { EXPECT_THAT(behind.Ask(5), IsOk()); });
  }
  EXPECT_TRUE(behind.Parked(20));
  EXPECT_THAT(behind.Ask(0), IsOk());
  behind.server.reader().Publish(5);
  for (std::thread& client : clients) client.join();
}

TEST(RunAtRevisionTest, ARevisionThatIsNotWrittenYetIsOutOfRangeAtOnce) {
  Behind behind;
  EXPECT_THAT(behind.Ask(6), StatusIs(absl::StatusCode::kOutOfRange));
  EXPECT_THAT(behind.Ask(6), ReasonIs("FUTURE_REVISION"));
}

TEST(RunAtRevisionTest, AParkedCallIsAnsweredBeforeItsDeadlineAndAfterTenSecondsAtTheLatest) {
  for (const absl::Duration deadline : {absl::Hours(1), absl::Seconds(2)}) {
    Behind behind;
    std::thread client([&] {
      EXPECT_THAT(behind.Ask(5, {.deadline = absl::Now() + deadline}), ReasonIs("ECHO_BEHIND"));
    });
    EXPECT_TRUE(behind.Parked(1));
    behind.server.clock().Advance(std::min(deadline, absl::Seconds(10)));
    client.join();
  }
}

TEST(RunAtRevisionTest, AParkedCallWhoseClientGoesAwayLeavesItsPlace) {
  Behind behind;
  grpc::ClientContext context;
  std::thread client([&] { EXPECT_FALSE(behind.Ask(5, context).ok()); });
  EXPECT_TRUE(behind.Parked(1));
  context.TryCancel();
  client.join();
  EXPECT_TRUE(behind.Parked(0));
}

TEST(RunAtRevisionTest, ParkedCallsAreEndedAtShutdownWithADelay) {
  Behind behind;
  std::thread client([&] {
    const absl::Status status = behind.Ask(5);
    EXPECT_THAT(status, ReasonIs("SHUTTING_DOWN"));
    EXPECT_TRUE(status.GetPayload("type.googleapis.com/google.rpc.RetryInfo").has_value());
  });
  EXPECT_TRUE(behind.Parked(1));
  behind.server.server().Shutdown(absl::Minutes(10));
  client.join();
}

TEST(RunUnaryTest, UntilTheServiceHasStartedEveryKindOfMethodAnswersSo) {
  EchoServer server({.echo = [](const CallContext&, const EchoRequest&) { return EchoResponse(); }},
                    {.runtime = {.started = false}});
  const auto stub = server.Stub();
  const absl::Status status = Call(*stub);
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_THAT(status, ReasonIs("STARTING"));
  EXPECT_TRUE(status.GetPayload("type.googleapis.com/google.rpc.RetryInfo").has_value());
  grpc::ClientContext server_stream, both;
  EchoResponse response;
  const auto watch = stub->Watch(testing::WithDeadline(&server_stream), EchoRequest());
  EXPECT_FALSE(watch->Read(&response));
  EXPECT_THAT(ToAbslStatus(watch->Finish()), ReasonIs("STARTING"));
  const auto exchange = stub->Exchange(testing::WithDeadline(&both));
  exchange->Write(EchoRequest());
  EXPECT_FALSE(exchange->Read(&response));
  EXPECT_THAT(ToAbslStatus(exchange->Finish()), ReasonIs("STARTING"));
  EXPECT_THAT(server.metrics().Render(),
              HasSubstr(absl::StrCat("{code=\"UNAVAILABLE\",method=\"", kMethod, "\"} 1")));

  server.runtime().SetStarted();
  EXPECT_THAT(Call(*stub), IsOk());
}

TEST(RunUnaryTest, APoolThatRunsFromTheStartIsNotRefused) {
  EchoServer server(
      {.echo = [](const CallContext&, const EchoRequest&) { return EchoResponse(); }},
      {.runtime = {.started = false}, .pool = {.name = "operators", .from_start = true}});
  EXPECT_THAT(Call(*server.Stub()), IsOk());
}

}  // namespace
}  // namespace clusterwire::rpc
