// Calls that wait for somebody else in their middle.

#include <atomic>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/time/clock.h"
#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include "libs/base/status/error.h"
#include "libs/base/testing/eventually.h"
#include "libs/base/testing/status_matchers.h"
#include "libs/base/threads/mutex.h"
#include "libs/rpc/call/run_unary.h"
#include "libs/rpc/call/status.h"
#include "libs/rpc/testing/client_call.h"
#include "libs/rpc/testing/echo_server.h"

namespace clusterwire::rpc {
namespace {

using rpc::testing::EchoBehaviour;
using rpc::testing::EchoRequest;
using rpc::testing::EchoResponse;
using rpc::testing::EchoServer;

absl::Status Call(EchoServer& server, grpc::ClientContext* context, const std::string& text = "",
                  EchoResponse* response = nullptr) {
  EchoResponse ignored;
  EchoRequest request;
  request.set_text(text);
  return ToAbslStatus(
      server.Stub()->Echo(context, request, response != nullptr ? response : &ignored));
}

// Somebody else, who answers when the test says so.
class Others {
 public:
  Ask Asks() {
    return [this](const CallContext&, Then then) {
      MutexLock lock(mutex_);
      waiting_.push_back(std::move(then));
      return absl::OkStatus();
    };
  }
  size_t waiting() const {
    MutexLock lock(mutex_);
    return waiting_.size();
  }
  void Answer(const absl::Status& status) {
    std::vector<Then> waiting;
    {
      MutexLock lock(mutex_);
      waiting.swap(waiting_);
    }
    for (const Then& then : waiting) then(status);
  }

 private:
  mutable Mutex mutex_;
  std::vector<Then> waiting_ ABSL_GUARDED_BY(mutex_);
};

EchoBehaviour Echoing(Ask ask, std::atomic<int>* runs = nullptr) {
  return {.echo =
              [runs](const CallContext&, const EchoRequest& request) {
                if (runs != nullptr) ++*runs;
                EchoResponse response;
                response.set_text(request.text());
                return response;
              },
          .ask = std::move(ask)};
}

TEST(RunAfterTest, TheWorkRunsBehindTheAnswer) {
  EchoServer server(Echoing([](const CallContext&, const Then& then) {
    then(absl::OkStatus());
    return absl::OkStatus();
  }));
  grpc::ClientContext context;
  EchoResponse response;
  EXPECT_THAT(Call(server, &context, "hello", &response), IsOk());
  EXPECT_EQ(response.text(), "hello");
}

TEST(RunAfterTest, AnErrorOfTheAnswerOrOfTheQuestionEndsTheCallUnrun) {
  std::atomic<int> runs = 0;
  const absl::Status wrong = FieldError("text", "leads nowhere");
  EchoServer answering(Echoing(
      [&](const CallContext&, const Then& then) {
        then(wrong);
        then(absl::OkStatus());  // the first one counts
        return absl::OkStatus();
      },
      &runs));
  grpc::ClientContext one;
  EXPECT_THAT(Call(answering, &one), HasFieldError("text"));
  EchoServer refusing(Echoing([&](const CallContext&, const Then&) { return wrong; }, &runs));
  grpc::ClientContext other;
  EXPECT_THAT(Call(refusing, &other), HasFieldError("text"));
  EXPECT_EQ(runs, 0);
}

TEST(RunAfterTest, ManyThatWaitHoldNoThread) {
  constexpr size_t kMany = 100;  // the pool has two threads and room for ten calls
  Others others;
  EchoServer server(Echoing(others.Asks()));
  std::vector<std::thread> callers;
  std::atomic<size_t> refused = 0;
  for (size_t i = 0; i < kMany; ++i) {
    callers.emplace_back([&] {
      grpc::ClientContext context;
      if (absl::IsInvalidArgument(Call(server, rpc::testing::WithDeadline(&context)))) ++refused;
    });
    const size_t begun = i + 1;
    ASSERT_TRUE(Eventually([&] { return others.waiting() == begun; }));
  }
  others.Answer(FieldError("text", "leads nowhere"));
  for (std::thread& caller : callers) caller.join();
  EXPECT_EQ(refused, kMany);
}

TEST(RunAfterTest, WhoCancelsIsGoneAtOnceAndALateAnswerDoesNothing) {
  Others others;
  std::atomic<int> runs = 0;
  EchoServer server(Echoing(others.Asks(), &runs));
  grpc::ClientContext context;
  absl::Status status;
  std::thread caller([&] { status = Call(server, &context); });
  ASSERT_TRUE(Eventually([&] { return others.waiting() == 1; }));
  context.TryCancel();
  caller.join();
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kCancelled));
  EXPECT_TRUE(Eventually([&] {
    return absl::StrContains(server.metrics().Render(), "code=\"CANCELLED\"");
  })) << "the server's side has ended too";
  others.Answer(absl::OkStatus());
  EXPECT_EQ(runs, 0);
}

TEST(RunAfterTest, ADeadlineEndsTheWait) {
  Others others;
  std::atomic<int> runs = 0;
  EchoServer server(Echoing(others.Asks(), &runs));
  grpc::ClientContext context;
  Prepare({.deadline = absl::Now() + absl::Milliseconds(200)}, &context);
  EXPECT_THAT(Call(server, &context), StatusIs(absl::StatusCode::kDeadlineExceeded));
  EXPECT_TRUE(Eventually([&] {
    return absl::StrContains(server.metrics().Render(), "code=\"CANCELLED\"");
  })) << "the server learns of it a moment after the client";
  others.Answer(absl::OkStatus());
  EXPECT_EQ(runs, 0);
}

}  // namespace
}  // namespace clusterwire::rpc
