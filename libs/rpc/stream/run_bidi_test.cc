#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include "libs/base/testing/status_matchers.h"
#include "libs/rpc/call/status.h"
#include "libs/rpc/stream/run_stream.h"
#include "libs/rpc/testing/echo_server.h"
#include "libs/rpc/testing/raw_client.h"

namespace clusterwire::rpc {
namespace {

using rpc::testing::EchoRequest;
using rpc::testing::EchoResponse;
using rpc::testing::EchoServer;
using rpc::testing::EchoService;
using rpc::testing::WithDeadline;

EchoRequest Line(int number) {
  EchoRequest request;
  request.set_text(absl::StrCat(number));
  return request;
}

EchoResponse Report(int lines, const std::string& text = "") {
  EchoResponse response;
  response.set_number(lines);
  response.set_text(text);
  return response;
}

struct Exchanger {
  explicit Exchanger(EchoServer& server)
      : stub(server.Stub()), stream(stub->Exchange(WithDeadline(&context))) {}

  grpc::ClientContext context;
  std::unique_ptr<EchoService::Stub> stub;
  std::unique_ptr<grpc::ClientReaderWriter<EchoRequest, EchoResponse>> stream;
};

// Reports every hundred lines and at the end, as an import does.
BidiStream<EchoRequest, EchoResponse>::Open Importing(std::atomic<size_t>* most = nullptr) {
  return [most](const CallContext&,
                const Waker&) -> absl::StatusOr<Exchange<EchoRequest, EchoResponse>> {
    return [most, lines = 0](Received<EchoRequest>& in,
                             Batch<EchoResponse>& out) mutable -> absl::StatusOr<Pump> {
      if (most != nullptr && in.messages.size() > *most) *most = in.messages.size();
      for (const EchoRequest& request : in.messages) {
        if (request.text() != absl::StrCat(lines)) return absl::DataLossError("out of order");
        if (++lines % 100 == 0) out.Add(Report(lines));
      }
      if (!in.ended) return Pump::kWait;
      out.Add(Report(lines, "done"));
      return Pump::kDone;
    };
  };
}

TEST(BidiStreamTest, LinesStreamInAndReportsOutUntilTheClientEnds) {
  std::atomic<size_t> most = 0;
  EchoServer server({.exchange = Importing(&most)},
                    {.runtime = {.stream = {.received_messages = 16}}});
  Exchanger exchanger(server);
  std::thread writer([&] {
    for (int i = 0; i < 1050; ++i) EXPECT_TRUE(exchanger.stream->Write(Line(i)));
    EXPECT_TRUE(exchanger.stream->WritesDone());
  });
  std::vector<int64_t> reports;
  EchoResponse response;
  while (exchanger.stream->Read(&response)) reports.push_back(response.number());
  writer.join();
  EXPECT_THAT(ToAbslStatus(exchanger.stream->Finish()), IsOk());
  EXPECT_THAT(reports,
              ::testing::ElementsAre(100, 200, 300, 400, 500, 600, 700, 800, 900, 1000, 1050));
  EXPECT_EQ(response.text(), "done");
  EXPECT_LE(most, 16u) << "no more than the bound is held";
}

TEST(BidiStreamTest, AnErrorEndsTheStreamThoughTheClientWouldGoOn) {
  EchoServer server({.exchange = Importing()});
  Exchanger exchanger(server);
  EXPECT_TRUE(exchanger.stream->Write(Line(0)));
  EXPECT_TRUE(exchanger.stream->Write(Line(5)));
  EchoResponse response;
  EXPECT_FALSE(exchanger.stream->Read(&response));
  EXPECT_THAT(ToAbslStatus(exchanger.stream->Finish()), StatusIs(absl::StatusCode::kDataLoss));
  EXPECT_TRUE(Eventually([&] { return server.Shows("clusterwire_rpc_open_streams", 0); }));
}

// What a raw client's exchange came to, and whether its handler took it for complete.
struct RawExchange {
  rpc::testing::RawClient::Answer answer;
  int lines = 0;
  bool ended = false;
};
template <typename Talk>
RawExchange Exchanged(const Talk& talk) {
  std::atomic<int> lines = 0;
  std::atomic<bool> ended = false;
  EchoServer server(
      {.exchange = [&](const CallContext&,
                       const Waker&) -> absl::StatusOr<Exchange<EchoRequest, EchoResponse>> {
        return [&](Received<EchoRequest>& in, Batch<EchoResponse>& out) -> absl::StatusOr<Pump> {
          for (size_t i = 0; i < in.messages.size(); ++i) out.Add(Report(++lines));
          if (!in.ended) return Pump::kWait;
          ended = true;
          return Pump::kDone;
        };
      }});
  RawExchange result;
  {
    rpc::testing::RawClient client(server.server().address());
    const uint32_t stream = client.Call("/clusterwire.rpc.testing.EchoService/Exchange");
    talk(client, stream);
    result.answer = client.Await(stream);
  }
  EXPECT_TRUE(Eventually([&] { return server.Shows("clusterwire_rpc_open_streams", 0); }));
  result.lines = lines;
  result.ended = ended;
  return result;
}

constexpr char kNoUtf8[] = "\x0a\x01\xe9";
constexpr char kNoProtobuf[] = "\xff\xff\xff";

TEST(BidiStreamTest, AMessageThatCantBeParsedIsNamedAndNotTakenForTheClientsEnd) {
  for (const char* bytes : {kNoUtf8, kNoProtobuf}) {
    const RawExchange result = Exchanged([&](auto& client, uint32_t stream) {
      client.Message(stream, "");
      client.Message(stream, "\x0a\x01x");
      client.Message(stream, bytes);
      client.Message(stream, "");
    });
    EXPECT_EQ(result.answer.status, grpc::StatusCode::INVALID_ARGUMENT);
    EXPECT_THAT(result.answer.text, ::testing::HasSubstr("message 3 of the stream"));
    EXPECT_EQ(result.lines, 2);
    EXPECT_GT(result.answer.messages, 0) << "what came before is answered";
    EXPECT_FALSE(result.ended);
  }
}

TEST(BidiStreamTest, AMessageBeyondTheLimitIsNotTakenForTheClientsEnd) {
  std::atomic<bool> ended = false;
  EchoServer server(
      {.exchange = [&](const CallContext&,
                       const Waker&) -> absl::StatusOr<Exchange<EchoRequest, EchoResponse>> {
        return [&](Received<EchoRequest>& in, Batch<EchoResponse>&) -> absl::StatusOr<Pump> {
          if (in.ended) ended = true;
          return in.ended ? Pump::kDone : Pump::kWait;
        };
      }});
  Exchanger exchanger(server);
  EchoRequest big;
  big.set_text(std::string(5 << 20, 'x'));
  exchanger.stream->Write(EchoRequest());
  exchanger.stream->Write(big);
  EchoResponse response;
  EXPECT_FALSE(exchanger.stream->Read(&response));
  EXPECT_THAT(ToAbslStatus(exchanger.stream->Finish()),
              StatusIs(absl::StatusCode::kResourceExhausted));
  EXPECT_TRUE(Eventually([&] { return server.Shows("clusterwire_rpc_open_streams", 0); }));
  EXPECT_FALSE(ended);
}

TEST(BidiStreamTest, AClientThatReallyHalfClosesIsComplete) {
  const RawExchange result = Exchanged([&](auto& client, uint32_t stream) {
    client.Message(stream, "");
    client.End(stream);
  });
  EXPECT_EQ(result.answer.status, 0);
  EXPECT_EQ(result.lines, 1);
  EXPECT_TRUE(result.ended);
}

TEST(BidiStreamTest, AnEmptyExchangeIsOneReport) {
  EchoServer server({.exchange = Importing()});
  Exchanger exchanger(server);
  exchanger.stream->WritesDone();
  EchoResponse response;
  EXPECT_TRUE(exchanger.stream->Read(&response));
  EXPECT_EQ(response.text(), "done");
  EXPECT_FALSE(exchanger.stream->Read(&response));
  EXPECT_THAT(ToAbslStatus(exchanger.stream->Finish()), IsOk());
}

TEST(BidiStreamTest, ShutdownEndsAnExchangeThatWaitsForItsClient) {
  EchoServer server({.exchange = Importing()});
  Exchanger exchanger(server);
  EXPECT_TRUE(exchanger.stream->Write(Line(0)));
  ASSERT_TRUE(Eventually([&] { return server.Shows("clusterwire_rpc_open_streams", 1); }));
  server.server().Shutdown(absl::Minutes(5));
  EXPECT_THAT(ToAbslStatus(exchanger.stream->Finish()), ReasonIs("SHUTTING_DOWN"));
}

TEST(BidiStreamTest, AClientThatBreaksOffMidwayFreesTheExchange) {
  std::atomic<int> steps = 0;
  std::weak_ptr<int> state;
  EchoServer server({.exchange = [&](const CallContext&, const Waker&)
                         -> absl::StatusOr<Exchange<EchoRequest, EchoResponse>> {
    auto held = std::make_shared<int>();
    state = held;
    return [&steps, held](Received<EchoRequest>&, Batch<EchoResponse>&) -> absl::StatusOr<Pump> {
      ++steps;
      return Pump::kWait;
    };
  }});
  Exchanger exchanger(server);
  EXPECT_TRUE(exchanger.stream->Write(Line(0)));
  ASSERT_TRUE(Eventually([&] { return steps > 0; }));
  EXPECT_FALSE(state.expired());
  exchanger.context.TryCancel();
  EXPECT_THAT(ToAbslStatus(exchanger.stream->Finish()), StatusIs(absl::StatusCode::kCancelled));
  EXPECT_TRUE(Eventually([&] { return server.Shows("clusterwire_rpc_open_streams", 0); }));
  EXPECT_TRUE(Eventually([&] { return state.expired(); }));
}

}  // namespace
}  // namespace clusterwire::rpc
