#pragma once

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
#include "libs/rpc/admission/admission.h"
#include "libs/rpc/call/status.h"
#include "libs/rpc/testing/client_call.h"
#include "libs/rpc/testing/desk.h"
#include "libs/rpc/testing/echo_server.h"
#include "libs/rpc/testing/raw_client.h"

// What the tests of the way of a call share.
namespace clusterwire::rpc {

using testing::Desk;
using testing::EchoRequest;
using testing::EchoResponse;
using testing::EchoServer;
using testing::EchoService;
using testing::GuardedService;
using testing::SignedIn;
using testing::SilentService;

// Counts what gets through. Streams end after one message, if `streams_end`.
inline testing::EchoBehaviour Counting(std::atomic<int>& runs, bool streams_end = true) {
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

  // A call of each kind, as `who`; without an identity if empty.
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
  std::vector<std::unique_ptr<grpc::ClientReader<EchoResponse>>> readers_;
};

}  // namespace clusterwire::rpc
