// What a caller of the endpoints' methods sees on the wire, and what others see meanwhile.

#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include <gmock/gmock.h>
#include <grpcpp/client_context.h>
#include <gtest/gtest.h>

#include "clusterwire/notification/v1/subscriber.grpc.pb.h"

#include "libs/base/testing/eventually.h"
#include "libs/base/testing/status_matchers.h"
#include "libs/base/threads/mutex.h"
#include "libs/rpc/testing/client_call.h"
#include "services/notification/testing/test_api.h"

namespace clusterwire::notification {
namespace {

using Stub = v1::SubscriberService::StubInterface;

class EndpointsApi : public testing::Test {
 protected:
  EndpointsApi() : stub_(v1::SubscriberService::NewStub(rpc::MakeChannel(api_.address()))) {}
  ~EndpointsApi() override { Release(absl::OkStatus()); }

  template <typename Request, typename Response>
  absl::StatusOr<Response> Call(grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                                             Response*),
                                const Request& request,
                                absl::Duration patience = absl::Seconds(20)) {
    return rpc::CallOnce<Response>(*stub_, method, request, "", patience);
  }
  static v1::CreateEndpointRequest Request(const std::string& subscriber, const std::string& id) {
    v1::CreateEndpointRequest request;
    request.set_parent(subscriber);
    request.set_endpoint_id(id);
    request.mutable_endpoint()->mutable_webhook()->set_uri("https://hooks.example/in");
    return request;
  }
  // From now on name servers answer when the test says so.
  void HoldNameServers() {
    api_.domain.look_up = [this](const std::string&, absl::Duration, AddressCheck::Done done) {
      MutexLock lock(mutex_);
      waiting_.push_back(std::move(done));
      return absl::OkStatus();
    };
  }
  size_t waiting() const {
    MutexLock lock(mutex_);
    return waiting_.size();
  }
  void Release(const absl::Status& status) {
    std::vector<AddressCheck::Done> waiting;
    {
      MutexLock lock(mutex_);
      waiting.swap(waiting_);
    }
    for (const AddressCheck::Done& done : waiting) done(status);
  }

  TestApi api_;
  std::unique_ptr<Stub> stub_;
  mutable Mutex mutex_;
  std::vector<AddressCheck::Done> waiting_ ABSL_GUARDED_BY(mutex_);
};

TEST_F(EndpointsApi, SlowNameServersHoldNoOtherWrite) {
  // Two threads serve all calls here.
  for (const char* id : {"x", "y", "z"}) api_.domain.AddSubscriber(id);
  HoldNameServers();
  std::vector<std::thread> callers;
  std::vector<absl::Status> answers(3 * AddressCheck::kMostOfOne);
  for (size_t i = 0; i < answers.size(); ++i) {
    const std::string subscriber = absl::StrCat("subscribers/", std::string(1, "xyz"[i % 3]));
    callers.emplace_back([this, i, subscriber, &answers] {
      answers[i] = Call(&Stub::CreateEndpoint, Request(subscriber, absl::StrCat("e", i))).status();
    });
  }
  ASSERT_TRUE(Eventually([&] { return waiting() == answers.size(); }));

  v1::CreateSubscriberRequest other;
  other.mutable_subscriber()->set_title("Newsletter");
  EXPECT_THAT(Call(&Stub::CreateSubscriber, other), IsOk());
  EXPECT_THAT(Call(&Stub::CreateEndpoint, Request("subscribers/x", "more")),
              ReasonIs("TOO_MANY_LOOKUPS"));
  Release(absl::OkStatus());
  for (std::thread& caller : callers) caller.join();
  for (const absl::Status& answer : answers) EXPECT_THAT(answer, IsOk());
}

TEST_F(EndpointsApi, ADeadlineEndsTheWaitForANameServerAndNothingIsWritten) {
  api_.domain.AddSubscriber("x");
  HoldNameServers();
  EXPECT_THAT(Call(&Stub::CreateEndpoint, Request("subscribers/x", "crm"), absl::Milliseconds(300)),
              StatusIs(absl::StatusCode::kDeadlineExceeded));
  EXPECT_TRUE(Eventually([&] { return absl::StrContains(api_.Metrics(), "code=\"CANCELLED\""); }))
      << "the server learns of the deadline a moment later";
  Release(absl::OkStatus());
  v1::GetEndpointRequest request;
  request.set_name("subscribers/x/endpoints/crm");
  EXPECT_THAT(Call(&Stub::GetEndpoint, request), StatusIs(absl::StatusCode::kNotFound));
}

TEST_F(EndpointsApi, ARepeatedRequestGetsItsFirstAnswer) {
  api_.domain.AddSubscriber("x");
  v1::CreateEndpointRequest request = Request("subscribers/x", "crm");
  request.set_request_id("r1");
  const auto first = Call(&Stub::CreateEndpoint, request);
  const auto again = Call(&Stub::CreateEndpoint, request);
  ASSERT_THAT(first, IsOk());
  ASSERT_THAT(again, IsOk());
  EXPECT_EQ(first->SerializeAsString(), again->SerializeAsString());
  request.clear_request_id();
  EXPECT_THAT(Call(&Stub::CreateEndpoint, request), StatusIs(absl::StatusCode::kAlreadyExists));

  v1::RotateSecretRequest rotation;
  rotation.set_name(first->name());
  rotation.set_request_id("r2");
  const auto rotated = Call(&Stub::RotateSecret, rotation);
  const auto rotated_again = Call(&Stub::RotateSecret, rotation);
  ASSERT_THAT(rotated, IsOk());
  ASSERT_THAT(rotated_again, IsOk());
  EXPECT_NE(rotated->webhook().secret(), first->webhook().secret());
  EXPECT_EQ(rotated->SerializeAsString(), rotated_again->SerializeAsString());
}

TEST_F(EndpointsApi, ADryRunOfACreationChangesNothing) {
  api_.domain.AddSubscriber("x");
  v1::CreateEndpointRequest request = Request("subscribers/x", "crm");
  request.set_validate_only(true);
  EXPECT_THAT(Call(&Stub::CreateEndpoint, request), IsOk());
  request.mutable_endpoint()->mutable_webhook()->set_uri("https://unknown.example/");
  EXPECT_THAT(Call(&Stub::CreateEndpoint, request), HasFieldError("endpoint.webhook.uri"));
  v1::GetEndpointRequest get;
  get.set_name("subscribers/x/endpoints/crm");
  EXPECT_THAT(Call(&Stub::GetEndpoint, get), StatusIs(absl::StatusCode::kNotFound));
}

TEST_F(EndpointsApi, AreListedByStateOverAllSubscribersPageByPage) {
  for (const char* id : {"x", "y"}) {
    const std::string subscriber = api_.domain.AddSubscriber(id).name();
    for (const char* endpoint : {"a", "b"}) {
      const v1::Endpoint made = api_.domain.AddWebhook(subscriber, endpoint);
      if (made.name().ends_with("a")) {
        ASSERT_THAT(api_.domain.endpoints->Disable(made.name(), "410 Gone"), IsOk());
      }
    }
  }
  v1::ListEndpointsRequest request;
  request.set_parent("subscribers/-");
  request.set_state(v1::Endpoint::STATE_DISABLED);
  request.set_page_size(1);
  std::vector<std::string> names;
  do {
    const auto page = Call(&Stub::ListEndpoints, request);
    ASSERT_THAT(page, IsOk());
    for (const v1::Endpoint& endpoint : page->endpoints()) names.push_back(endpoint.name());
    request.set_page_token(page->next_page_token());
  } while (!request.page_token().empty());
  EXPECT_THAT(names,
              testing::ElementsAre("subscribers/x/endpoints/a", "subscribers/y/endpoints/a"));
}

TEST_F(EndpointsApi, ATestSaysThatTheReceiverCantBeReached) {
  api_.domain.AddSubscriber("x");
  ASSERT_THAT(Call(&Stub::CreateEndpoint, Request("subscribers/x", "crm")), IsOk());
  api_.domain.look_up = [](const std::string&, absl::Duration, const AddressCheck::Done& done) {
    done(Error(absl::StatusCode::kUnavailable, "NAME_NOT_RESOLVED", "hooks.example is unknown"));
    return absl::OkStatus();
  };
  v1::TestEndpointRequest request;
  request.set_name("subscribers/x/endpoints/crm");
  const auto tested = Call(&Stub::TestEndpoint, request);
  ASSERT_THAT(tested, IsOk());
  EXPECT_FALSE(tested->accepted());
  EXPECT_THAT(tested->detail(), testing::HasSubstr("hooks.example is unknown"));
}

}  // namespace
}  // namespace clusterwire::notification
