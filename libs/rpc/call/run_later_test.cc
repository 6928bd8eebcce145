// Calls whose work is done later, by somebody else's thread.

#include <atomic>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>

#include "libs/base/status/error.h"
#include "libs/base/testing/eventually.h"
#include "libs/base/testing/status_matchers.h"
#include "libs/base/threads/mutex.h"
#include "libs/rpc/call/run_unary.h"
#include "libs/rpc/call/status.h"
#include "libs/rpc/testing/echo_server.h"

namespace clusterwire::rpc {
namespace {

using rpc::testing::EchoRequest;
using rpc::testing::EchoResponse;
using rpc::testing::EchoServer;

// What was begun, until the test ends it.
class Begun {
 public:
  Begin Begins() {
    return [this](const CallContext&, Then then) {
      MutexLock lock(mutex_);
      begun_.push_back(std::move(then));
      return absl::OkStatus();
    };
  }
  size_t count() const {
    MutexLock lock(mutex_);
    return begun_.size();
  }
  void End(const absl::Status& status) {
    std::vector<Then> begun;
    {
      MutexLock lock(mutex_);
      begun.swap(begun_);
    }
    for (const Then& then : begun) then(status);
  }

 private:
  mutable Mutex mutex_;
  std::vector<Then> begun_ ABSL_GUARDED_BY(mutex_);
};

absl::Status CallFor(EchoServer& server, grpc::ClientContext* context, EchoResponse* response) {
  EchoRequest request;
  request.set_text("hello");
  return ToAbslStatus(server.Stub()->Echo(context, request, response));
}

TEST(RunLaterTest, WhatIsDoneBeforeItReturnsEndsTheCall) {
  EchoServer server({.later = [](const CallContext&, const Then& then) {
    then(absl::OkStatus());
    return absl::OkStatus();
  }});
  grpc::ClientContext context;
  EchoResponse response;
  EXPECT_THAT(CallFor(server, &context, &response), IsOk());
  EXPECT_EQ(response.text(), "hello");
}

TEST(RunLaterTest, AnErrorEndsTheCallAtOnceOrLater) {
  const absl::Status wrong = FieldError("text", "can't be taken");
  for (const bool at_once : {true, false}) {
    EchoServer server({.later = [&](const CallContext&, const Then& then) {
      if (at_once) return wrong;
      then(wrong);
      return absl::OkStatus();
    }});
    grpc::ClientContext context;
    EchoResponse response;
    EXPECT_THAT(CallFor(server, &context, &response), HasFieldError("text"));
  }
}

TEST(RunLaterTest, ManyThatWaitHoldNoThread) {
  constexpr size_t kMany = 50;  // the pool has two threads
  Begun begun;
  EchoServer server({.later = begun.Begins()},
                    {.pool = {.name = "tests", .threads = 2, .queue_limit = kMany}});
  std::atomic<int> answered = 0;
  std::vector<std::thread> callers;
  for (size_t i = 0; i < kMany; ++i) {
    callers.emplace_back([&] {
      grpc::ClientContext context;
      EchoResponse response;
      EXPECT_THAT(CallFor(server, &context, &response), IsOk());
      EXPECT_EQ(response.text(), "hello");
      ++answered;
    });
  }
  EXPECT_TRUE(Eventually([&] { return begun.count() == kMany; }));
  EXPECT_EQ(answered, 0);
  begun.End(absl::OkStatus());
  for (std::thread& caller : callers) caller.join();
}

TEST(RunLaterTest, AClientThatGoesAwayEndsNothingThatWasBegun) {
  Begun begun;
  EchoServer server({.later = begun.Begins()});
  grpc::ClientContext context;
  std::thread caller([&] {
    EchoResponse response;
    EXPECT_THAT(CallFor(server, &context, &response), StatusIs(absl::StatusCode::kCancelled));
  });
  EXPECT_TRUE(Eventually([&] { return begun.count() == 1; }));
  context.TryCancel();
  caller.join();
  // What was begun still has its request and its response.
  begun.End(absl::OkStatus());
}

}  // namespace
}  // namespace clusterwire::rpc
