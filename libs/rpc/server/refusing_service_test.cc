#include "libs/rpc/server/refusing_service.h"

#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include "libs/base/status/error.h"
#include "libs/base/testing/status_matchers.h"
#include "libs/rpc/server/client.h"
#include "libs/rpc/server/server.h"
#include "libs/rpc/call/status.h"
#include "libs/rpc/testing/echo_server.h"

namespace clusterwire::rpc {
namespace {

using rpc::testing::EchoRequest;
using rpc::testing::EchoResponse;
using rpc::testing::EchoService;
using rpc::testing::WithDeadline;

class RefusingServiceTest : public ::testing::Test {
 protected:
  RefusingServiceTest() {
    Services services;
    services.push_back(MakeRefusingService(runtime_, "clusterwire.rpc.testing.EchoService", [this] {
      return Error(absl::StatusCode::kUnavailable, "STARTING", refusal_);
    }));
    auto server = Server::Start({}, runtime_, std::move(services));
    EXPECT_THAT(server, IsOk());
    server_ = *std::move(server);
    stub_ = EchoService::NewStub(MakeChannel(server_->address()));
  }

  std::string refusal_ = "not yet";
  telemetry::Metrics metrics_;
  Runtime runtime_{metrics_, Clock::System(), Random::System()};
  std::unique_ptr<Server> server_;
  std::unique_ptr<EchoService::Stub> stub_;
};

TEST_F(RefusingServiceTest, EveryKindOfMethodAnswersTheRefusal) {
  grpc::ClientContext unary, server_stream, both;
  EchoRequest request;
  request.set_text("hello");
  EchoResponse response;
  EXPECT_THAT(ToAbslStatus(stub_->Echo(WithDeadline(&unary), request, &response)),
              ReasonIs("STARTING"));
  const auto watch = stub_->Watch(WithDeadline(&server_stream), request);
  EXPECT_FALSE(watch->Read(&response));
  EXPECT_THAT(ToAbslStatus(watch->Finish()), ReasonIs("STARTING"));
  const auto exchange = stub_->Exchange(WithDeadline(&both));
  exchange->Write(request);
  EXPECT_FALSE(exchange->Read(&response));
  EXPECT_THAT(ToAbslStatus(exchange->Finish()), ReasonIs("STARTING"));
}

TEST_F(RefusingServiceTest, TheRefusalIsAskedForEachTimeAndCounted) {
  for (const char* text : {"first", "second"}) {
    refusal_ = text;
    grpc::ClientContext context;
    EchoResponse response;
    const grpc::Status status = stub_->Echo(WithDeadline(&context), EchoRequest(), &response);
    EXPECT_EQ(status.error_message(), text);
  }
  EXPECT_THAT(metrics_.Render(),
              ::testing::HasSubstr("code=\"UNAVAILABLE\",method=\"/clusterwire.rpc.testing."
                                   "EchoService/Echo\"} 2"));
}

}  // namespace
}  // namespace clusterwire::rpc
