#include "libs/rpc/server/runtime.h"

#include <atomic>
#include <memory>

#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include "libs/base/testing/status_matchers.h"
#include "libs/rpc/call/status.h"
#include "libs/rpc/testing/echo_server.h"

namespace clusterwire::rpc {
namespace {

using rpc::testing::EchoRequest;
using rpc::testing::EchoResponse;
using rpc::testing::EchoServer;
using ::testing::HasSubstr;

// Streams that count how often they were asked.
testing::EchoBehaviour::Watch Asked(std::atomic<int>& steps) {
  return [&steps](const CallContext&, const Waker&) {
    return Source<EchoResponse>([&steps](Batch<EchoResponse>&) -> absl::StatusOr<Pump> {
      ++steps;
      return Pump::kWait;
    });
  };
}

TEST(RuntimeTest, AStreamThatNobodyWakesIsAskedAtThePollInterval) {
  std::atomic<int> steps = 0;
  EchoServer server({.watch = Asked(steps)}, {.runtime = {.stream = {.poll = absl::Seconds(10)}}});
  grpc::ClientContext context;
  const auto stub = server.Stub();
  const auto reader = stub->Watch(&context, EchoRequest());
  ASSERT_TRUE(Eventually([&] { return steps == 1; }));
  server.clock().Advance(absl::Seconds(10));
  EXPECT_TRUE(Eventually([&] {
    server.clock().Advance(absl::Milliseconds(500));  // lets the register look again
    return steps >= 2;
  }));
  context.TryCancel();
}

TEST(RuntimeTest, StreamsBeyondTheLimitAreRefusedUntilOneEnds) {
  std::atomic<int> steps = 0;
  EchoServer server({.watch = Asked(steps)}, {.runtime = {.max_streams = 1}});
  const auto stub = server.Stub();
  grpc::ClientContext first_context;
  const auto first = stub->Watch(&first_context, EchoRequest());
  ASSERT_TRUE(Eventually([&] { return server.Shows("clusterwire_rpc_open_streams", 1); }));
  {
    grpc::ClientContext context;
    const absl::Status status = ToAbslStatus(stub->Watch(&context, EchoRequest())->Finish());
    EXPECT_THAT(status, ReasonIs("TOO_MANY_STREAMS"));
  }
  EXPECT_THAT(server.metrics().Render(), HasSubstr("clusterwire_rpc_open_streams 1\n"));
  first_context.TryCancel();
  ASSERT_TRUE(Eventually([&] { return server.Shows("clusterwire_rpc_open_streams", 0); }));
  grpc::ClientContext context;
  const auto again = stub->Watch(&context, EchoRequest());
  EXPECT_TRUE(Eventually([&] { return server.Shows("clusterwire_rpc_open_streams", 1); }));
  context.TryCancel();
}

TEST(RuntimeTest, WhenItRefusesNewStreamsAreNotAsked) {
  std::atomic<int> steps = 0;
  EchoServer server({.watch = Asked(steps)});
  server.runtime().Refuse(absl::UnavailableError("closing time"));
  grpc::ClientContext context;
  const auto stub = server.Stub();
  EXPECT_THAT(ToAbslStatus(stub->Watch(&context, EchoRequest())->Finish()),
              StatusIs(absl::StatusCode::kUnavailable, "closing time"));
  EXPECT_EQ(steps, 0);
}

}  // namespace
}  // namespace clusterwire::rpc
