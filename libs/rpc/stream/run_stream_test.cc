#include "libs/rpc/stream/run_stream.h"

#include <atomic>
#include <chrono>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include "libs/base/testing/status_matchers.h"
#include "libs/base/threads/mutex.h"
#include "libs/rpc/call/status.h"
#include "libs/rpc/testing/echo_server.h"
#include "libs/rpc/testing/raw_client.h"

namespace clusterwire::rpc {
namespace {

using rpc::testing::EchoRequest;
using rpc::testing::EchoResponse;
using rpc::testing::EchoServer;
using rpc::testing::EchoService;
using rpc::testing::WithDeadline;
using ::testing::HasSubstr;

EchoResponse Numbered(int64_t number, size_t bytes = 0) {
  EchoResponse response;
  response.set_number(number);
  response.set_text(std::string(bytes, 'x'));
  return response;
}

// Puts out 0, 1, … `end` - 1.
Source<EchoResponse> Counting(int64_t end) {
  return [next = int64_t{0}, end](Batch<EchoResponse>& out) mutable -> absl::StatusOr<Pump> {
    while (next < end && !out.full()) out.Add(Numbered(next++));
    return next < end ? Pump::kMore : Pump::kDone;
  };
}

// One stream as a client sees it.
struct Watcher {
  explicit Watcher(EchoServer& server)
      : stub(server.Stub()), reader(stub->Watch(WithDeadline(&context), EchoRequest())) {}

  // What comes until the end.
  std::vector<int64_t> Rest() {
    std::vector<int64_t> numbers;
    EchoResponse response;
    while (reader->Read(&response)) numbers.push_back(response.number());
    return numbers;
  }
  absl::Status Status() { return ToAbslStatus(reader->Finish()); }

  grpc::ClientContext context;
  std::unique_ptr<EchoService::Stub> stub;
  std::unique_ptr<grpc::ClientReader<EchoResponse>> reader;
};

std::vector<int64_t> Upto(int64_t end) {
  std::vector<int64_t> numbers;
  for (int64_t i = 0; i < end; ++i) numbers.push_back(i);
  return numbers;
}

TEST(ServerStreamTest, AllMessagesArriveInOrderAlsoBeyondTheQueuesBound) {
  EchoServer server({.watch = [](const CallContext&, const Waker&) { return Counting(2000); }},
                    {.runtime = {.stream = {.queued_messages = 7}}});
  Watcher watcher(server);
  EXPECT_EQ(watcher.Rest(), Upto(2000));
  EXPECT_THAT(watcher.Status(), IsOk());
}

TEST(ServerStreamTest, AnErrorAtTheBeginningOrLaterReachesTheClientBehindItsMessages) {
  EchoServer refusing({.watch = [](const CallContext&, const Waker&) {
    return absl::StatusOr<Source<EchoResponse>>(FieldError("text", "is empty"));
  }});
  Watcher refused(refusing);
  EXPECT_EQ(refused.Rest(), Upto(0));
  EXPECT_THAT(refused.Status(), HasFieldError("text"));

  EchoServer failing({.watch = [](const CallContext&, const Waker&) {
    return Source<EchoResponse>([](Batch<EchoResponse>& out) -> absl::StatusOr<Pump> {
      out.Add(Numbered(0));
      out.Add(Numbered(1));
      return Error(absl::StatusCode::kOutOfRange, "TOKEN_TOO_OLD", "start again");
    });
  }});
  Watcher watcher(failing);
  EXPECT_EQ(watcher.Rest(), Upto(2));
  EXPECT_THAT(watcher.Status(), ReasonIs("TOKEN_TOO_OLD"));
}

// Streams that put out one message when the test says so.
struct Hub {
  Mutex mutex;
  std::vector<Waker> wakers ABSL_GUARDED_BY(mutex);
  std::atomic<bool> open = false;
  std::atomic<int> sources = 0;

  testing::EchoBehaviour::Watch Open() {
    return [this](const CallContext&, Waker wake) -> absl::StatusOr<Source<EchoResponse>> {
      const std::shared_ptr<void> token(nullptr, [this](void*) {
        MutexLock lock(mutex);  // as a hub's unsubscribing would
        --sources;
      });
      MutexLock lock(mutex);
      ++sources;
      wakers.push_back(std::move(wake));
      return [this, token](Batch<EchoResponse>& out) -> absl::StatusOr<Pump> {
        if (!open) return Pump::kWait;
        out.Add(Numbered(0));
        return Pump::kDone;
      };
    };
  }
  size_t Count() {
    MutexLock lock(mutex);
    return wakers.size();
  }
  void WakeAll() {
    MutexLock lock(mutex);
    for (const Waker& wake : wakers) wake();
  }
};

TEST(ServerStreamTest, StreamsThatWaitHoldNoThread) {
  Hub hub;
  EchoServer server({.echo = [](const CallContext&, const EchoRequest&) { return EchoResponse(); },
                     .watch = hub.Open()},
                    {.pool = {.name = "reads", .threads = 1, .queue_limit = 100}});
  std::vector<std::unique_ptr<Watcher>> watchers;
  for (int i = 0; i < 20; ++i) watchers.push_back(std::make_unique<Watcher>(server));
  ASSERT_TRUE(Eventually([&] { return hub.Count() == 20; }));
  grpc::ClientContext context;
  EchoResponse response;
  EXPECT_TRUE(server.Stub()->Echo(&context, EchoRequest(), &response).ok());
  hub.open = true;
  hub.WakeAll();
  for (const auto& watcher : watchers) {
    EXPECT_EQ(watcher->Rest(), Upto(1));
    EXPECT_THAT(watcher->Status(), IsOk());
  }
  EXPECT_TRUE(Eventually([&] { return server.Shows("clusterwire_rpc_open_streams", 0); }));
  hub.WakeAll();  // of streams that are gone
}

TEST(ServerStreamTest, NoWakeUpIsLostWhileStepsRun) {
  constexpr int kWakes = 2000;
  std::atomic<int> produced = 0;
  Mutex mutex;
  Waker waker;
  EchoServer server({.watch = [&](const CallContext&, Waker wake) {
    MutexLock lock(mutex);
    waker = std::move(wake);
    return Source<EchoResponse>(
        [&, sent = 0](Batch<EchoResponse>& out) mutable -> absl::StatusOr<Pump> {
          for (const int now = produced; sent < now; ++sent) out.Add(Numbered(sent));
          return sent == kWakes ? Pump::kDone : Pump::kWait;
        });
  }});
  Watcher watcher(server);
  std::thread producer([&] {
    ASSERT_TRUE(Eventually([&] {
      MutexLock lock(mutex);
      return waker != nullptr;
    }));
    for (int i = 0; i < kWakes; ++i) {
      ++produced;
      waker();
    }
  });
  EXPECT_EQ(watcher.Rest(), Upto(kWakes));
  EXPECT_THAT(watcher.Status(), IsOk());
  producer.join();
}

TEST(ServerStreamTest, AReaderThatDoesNotReadIsCutOffAndCosts) {
  constexpr size_t kBytes = 50'000;
  std::atomic<int64_t> produced = 0;
  EchoServer server(
      {.watch =
           [&](const CallContext&, const Waker&) {
             return Source<EchoResponse>([&](Batch<EchoResponse>& out) -> absl::StatusOr<Pump> {
               while (!out.full()) out.Add(Numbered(produced++, kBytes));
               return Pump::kMore;
             });
           }},
      {.runtime = {.stream = {.queued_bytes = 200'000, .stall = absl::Seconds(30)}}});
  Watcher watcher(server);
  ASSERT_TRUE(Eventually([&] {
    server.clock().Advance(absl::Seconds(1));
    return absl::StrContains(server.metrics().Render(), "clusterwire_rpc_slow_readers_total 1");
  }));
  const int64_t last = produced;
  EXPECT_LT(last * static_cast<int64_t>(kBytes), 32 << 20);
  const std::vector<int64_t> received = watcher.Rest();
  EXPECT_EQ(received, Upto(static_cast<int64_t>(received.size()))) << "without a gap";
  EXPECT_THAT(watcher.Status(),
              StatusIs(absl::StatusCode::kResourceExhausted, HasSubstr("resume")));
  EXPECT_EQ(produced, last);
}

constexpr size_t kBigMessage = 50'000;
constexpr char kWatch[] = "/clusterwire.rpc.testing.EchoService/Watch";

// Puts out big messages for ever.
testing::EchoBehaviour::Watch Endless() {
  return [](const CallContext&, const Waker&) {
    return Source<EchoResponse>([](Batch<EchoResponse>& out) -> absl::StatusOr<Pump> {
      while (!out.full()) out.Add(Numbered(0, kBigMessage));
      return Pump::kMore;
    });
  };
}

double Shown(EchoServer& server, const std::string& gauge) {
  const std::string text = server.metrics().Render();
  const size_t at = text.find("\n" + gauge + " ");
  return at == text.npos ? -1 : std::stod(text.substr(at + gauge.size() + 2));
}

uint32_t Watch(testing::RawClient& client) {
  const uint32_t stream = client.Call(kWatch);
  client.Message(stream, "");
  client.End(stream);
  return stream;
}

TEST(ServerStreamTest, AReaderThatNeverReadsHoldsABoundedNumberOfBytes) {
  EchoServer server({.watch = Endless()});
  testing::RawClient client(server.server().address());
  Watch(client);
  // 64 KiB and a message are queued, another is on its way.
  const double bound = (64 << 10) + 2 * (kBigMessage + 100);
  EXPECT_TRUE(Eventually([&] {
    EXPECT_LE(Shown(server, "clusterwire_rpc_stream_bytes"), bound);
    server.clock().Advance(absl::Milliseconds(500));
    return absl::StrContains(server.metrics().Render(), "clusterwire_rpc_slow_readers_total 1");
  }));
}

TEST(ServerStreamTest, WhatAReaderThatStaysAwayHeldIsGivenBackAndItLearnsWhy) {
  EchoServer server({.watch = Endless()});
  testing::RawClient client(server.server().address(), testing::RawClient::Window::kSmall);
  const uint32_t stream = Watch(client);
  EXPECT_TRUE(Eventually([&] {
    server.clock().Advance(absl::Milliseconds(500));
    return absl::StrContains(server.metrics().Render(), "clusterwire_rpc_slow_readers_total 1");
  }));
  EXPECT_TRUE(Eventually([&] {
    server.clock().Advance(absl::Milliseconds(500));
    return server.Shows("clusterwire_rpc_open_streams", 0);
  }));
  EXPECT_EQ(Shown(server, "clusterwire_rpc_stream_bytes"), 0);
  const auto answer = client.Await(stream);
  EXPECT_EQ(answer.status, grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_THAT(answer.text, HasSubstr("resume from the last message you have"));
}

TEST(ServerStreamTest, AllStreamsTogetherHoldABoundedNumberOfBytesAndWhoReadsIsNotCutOff) {
  constexpr int kSlow = 30;
  constexpr int64_t kInAll = 1'000'000;
  std::atomic<bool> more = true;
  std::atomic<int> opened = 0;
  EchoServer server({.watch =
                         [&](const CallContext&, const Waker&) {
                           const bool read = ++opened > kSlow;
                           return Source<EchoResponse>(
                               [&, read](Batch<EchoResponse>& out) -> absl::StatusOr<Pump> {
                                 if (read && !more) return Pump::kDone;
                                 while (!out.full()) out.Add(Numbered(0, read ? 10 : kBigMessage));
                                 return Pump::kMore;
                               });
                         }},
                    {.runtime = {.stream_bytes = kInAll},
                     .pool = {.name = "reads", .threads = 2, .queue_limit = 100}});
  std::vector<std::unique_ptr<testing::RawClient>> slow;
  for (int i = 0; i < kSlow; ++i) {
    slow.push_back(std::make_unique<testing::RawClient>(server.server().address()));
    Watch(*slow.back());
  }
  ASSERT_TRUE(Eventually([&] { return opened == kSlow; }));
  Watcher reader(server);
  EchoResponse response;
  const double bound = kInAll + 2 * ((64 << 10) + 2 * kBigMessage);  // and what two threads add
  EXPECT_TRUE(Eventually([&] {
    EXPECT_TRUE(reader.reader->Read(&response));
    EXPECT_LE(Shown(server, "clusterwire_rpc_stream_bytes"), bound);
    return Shown(server, "clusterwire_rpc_slow_readers_total") >= 3;
  }));
  more = false;
  reader.Rest();
  EXPECT_THAT(reader.Status(), IsOk());
}

TEST(ServerStreamTest, AWallClockThatIsSetForwardCutsNoReaderOff) {
  EchoServer server({.watch = [](const CallContext&, const Waker&) { return Counting(20'000); }});
  Watcher watcher(server);
  EchoResponse response;
  for (int i = 0; i < 10; ++i) {
    EXPECT_TRUE(watcher.reader->Read(&response));
    server.clock().Set(server.clock().Now() + absl::Hours(1));
  }
  watcher.Rest();
  EXPECT_THAT(watcher.Status(), IsOk());
}

TEST(ServerStreamTest, AReaderThatStaysAwayIsResetInTheEnd) {
  EchoServer server({.watch = [&](const CallContext&, const Waker&) {
    return Source<EchoResponse>([](Batch<EchoResponse>& out) -> absl::StatusOr<Pump> {
      while (!out.full()) out.Add(Numbered(0, 50'000));
      return Pump::kMore;
    });
  }});
  Watcher watcher(server);
  EXPECT_TRUE(Eventually([&] { return server.Shows("clusterwire_rpc_open_streams", 1); }));
  EXPECT_TRUE(Eventually([&] {
    server.clock().Advance(absl::Seconds(1));
    return server.Shows("clusterwire_rpc_open_streams", 0);
  }));
}

TEST(ServerStreamTest, AClientThatGoesAwayFreesItsSource) {
  Hub hub;
  EchoServer server({.watch = hub.Open()});
  Watcher watcher(server);
  ASSERT_TRUE(Eventually([&] { return hub.sources == 1; }));
  watcher.context.TryCancel();
  EXPECT_THAT(watcher.Status(), StatusIs(absl::StatusCode::kCancelled));
  EXPECT_TRUE(Eventually([&] { return hub.sources == 0; }));
  EXPECT_TRUE(Eventually([&] { return server.Shows("clusterwire_rpc_open_streams", 0); }));
}

TEST(ServerStreamTest, ShutdownEndsOpenStreamsAtOnceAndTellsThemToComeBack) {
  Hub hub;
  EchoServer server({.watch = hub.Open()});
  Watcher watcher(server);
  ASSERT_TRUE(Eventually([&] { return hub.Count() == 1; }));
  const absl::Time start = absl::Now();
  server.server().Shutdown(absl::Minutes(5));
  EXPECT_LT(absl::Now() - start, absl::Minutes(1));
  const absl::Status status = watcher.Status();
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_THAT(status, ReasonIs("SHUTTING_DOWN"));
  EXPECT_EQ(hub.sources, 0);
}

TEST(ServerStreamTest, ShutdownTellsTheClientAtOnceAndWaitsForTheStepThatRuns) {
  std::promise<void> started, release, stopped;
  EchoServer server({.watch = [&](const CallContext&, const Waker&) {
    return Source<EchoResponse>([&](Batch<EchoResponse>&) -> absl::StatusOr<Pump> {
      started.set_value();
      release.get_future().wait();
      return Pump::kWait;
    });
  }});
  Watcher watcher(server);
  started.get_future().wait();
  std::thread stopper([&] {
    server.server().Shutdown(absl::Minutes(5));
    stopped.set_value();
  });
  EXPECT_THAT(watcher.Status(), ReasonIs("SHUTTING_DOWN"));
  // gRPC itself is done with the stream now, or soon.
  std::future<void> end = stopped.get_future();
  EXPECT_EQ(end.wait_for(std::chrono::milliseconds(200)), std::future_status::timeout);
  release.set_value();
  stopper.join();
}

}  // namespace
}  // namespace clusterwire::rpc
