// The whole service in one process, over librdkafka's broker stub and a receiver of webhooks: a
// record becomes notices; a restart repeats none of them.

#include <memory>
#include <optional>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include <gmock/gmock.h>
#include <grpcpp/client_context.h>
#include <gtest/gtest.h>

#include "clusterwire/notification/v1/delivery.grpc.pb.h"
#include "clusterwire/notification/v1/inbox.grpc.pb.h"
#include "clusterwire/notification/v1/subscriber.grpc.pb.h"
#include "clusterwire/notification/v1/subscription.grpc.pb.h"

#include "libs/base/testing/eventually.h"
#include "libs/base/testing/status_matchers.h"
#include "libs/base/testing/temp_dir.h"
#include "libs/change/record.h"
#include "libs/http/testing/receiver.h"
#include "libs/kafka/producer.h"
#include "libs/kafka/testing/mock_kafka.h"
#include "libs/rpc/call/status.h"
#include "libs/rpc/health/health.grpc.pb.h"
#include "libs/rpc/testing/client_call.h"
#include "services/notification/server.h"

namespace clusterwire::notification {
namespace {

using grpc::health::v1::Health;
using grpc::health::v1::HealthCheckResponse;
using testing::HasSubstr;

constexpr absl::Duration kPatience = absl::Minutes(1);

class WholeService : public testing::Test {
 protected:
  WholeService() {
    kafka_.CreateTopic("clusterwire.changes.v1", 1);
    auto* listen = config_.mutable_listen();
    listen->set_grpc_address("127.0.0.1:0");
    listen->set_http_address("127.0.0.1:0");
    listen->set_loopback_is_operator(true);
    config_.mutable_database()->set_url("sqlite:" + folder_.File("store.db"));
    config_.set_token_key_file(folder_.File("token.key"));
    config_.mutable_kafka()->set_brokers(kafka_.brokers());
    for (const auto& [name, value] : kafka_.GroupOptions().config) {
      (*config_.mutable_kafka()->mutable_properties())[name] = value;
    }
    config_.mutable_webhooks()->add_allowed_networks("127.0.0.0/8");
    config_.mutable_webhooks()->set_allow_http(true);
  }

  void Start() {
    auto server = StartServer(config_, Clock::System(), Random::System());
    ASSERT_THAT(server, IsOk());
    server_ = *std::move(server);
    ASSERT_TRUE(Eventually([this] { return server_->opened(); }));
    channel_ = rpc::MakeChannel(server_->grpc_address());
  }
  void WaitForHealth(const std::string& service) {
    grpc::ClientContext context;
    rpc::Prepare({.deadline = absl::Now() + kPatience, .trace = {}, .view_as = ""}, &context);
    grpc::health::v1::HealthCheckRequest request;
    request.set_service(service);
    const auto watch = Health::NewStub(channel_)->Watch(&context, request);
    HealthCheckResponse response;
    while (watch->Read(&response) && response.status() != HealthCheckResponse::SERVING) {
    }
    EXPECT_EQ(response.status(), HealthCheckResponse::SERVING) << service;
    context.TryCancel();
  }

  // The answer, or a failure of the test.
  template <typename Response, typename Method, typename Stub, typename Request>
  Response Call(Stub& stub, Method method, const Request& request) {
    grpc::ClientContext context;
    rpc::Prepare({.deadline = absl::Now() + kPatience, .trace = {}, .view_as = ""}, &context);
    Response response;
    EXPECT_THAT(rpc::ToAbslStatus((stub.*method)(&context, request, &response)), IsOk());
    return response;
  }

  void Subscribe(const std::string& webhook) {
    const auto subscribers = v1::SubscriberService::NewStub(channel_);
    v1::CreateSubscriberRequest subscriber;
    subscriber.set_subscriber_id("x");
    subscriber.mutable_subscriber()->set_title("Newsletter");
    Call<v1::Subscriber>(*subscribers, &v1::SubscriberService::Stub::CreateSubscriber, subscriber);
    v1::CreateEndpointRequest endpoint;
    endpoint.set_parent("subscribers/x");
    endpoint.set_endpoint_id("crm");
    endpoint.mutable_endpoint()->mutable_webhook()->set_uri(webhook);
    Call<v1::Endpoint>(*subscribers, &v1::SubscriberService::Stub::CreateEndpoint, endpoint);

    const auto subscriptions = v1::SubscriptionService::NewStub(channel_);
    for (const char* id : {"inbox", "crm"}) {
      v1::CreateSubscriptionRequest request;
      request.set_parent("subscribers/x");
      request.mutable_subscription()->set_title("Silver labels");
      request.mutable_subscription()->mutable_filter()->add_label_levels("ecei:silver");
      request.mutable_subscription()->set_endpoint(absl::StrCat("subscribers/x/endpoints/", id));
      Call<v1::Subscription>(*subscriptions, &v1::SubscriptionService::Stub::CreateSubscription,
                             request);
    }
  }

  void Produce(int64_t revision, const std::string& level) {
    change::Record record;
    record.changed.set_history_id("h1");
    record.changed.set_revision(revision);
    record.changed.set_ordinal(1);
    record.changed.set_name("clusters/a/labels/l");
    record.changed.set_root("clusters/a");
    record.changed.set_kind("label.awarded");
    record.changed.mutable_time()->set_seconds(1'700'000'000);
    auto* after = record.changed.mutable_after();
    after->set_type("label");
    after->set_name("clusters/a/labels/l");
    after->set_title("Silver for Cluster A");
    after->add_label_levels(level);
    record.changed.mutable_label()->set_name("clusters/a/labels/l");
    record.traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    auto message = change::Encode(record);
    ASSERT_THAT(message, IsOk());
    message->to = {"clusterwire.changes.v1", 0};
    auto producer = kafka::Producer::Create(kafka_.Options());
    ASSERT_THAT(producer, IsOk());
    ASSERT_THAT((*producer)->Send(std::span(&*message, 1), kPatience), IsOk());
  }

  // The next inbox item behind `cursor`; waits for it.
  v1::StreamInboxResponse NextItem(const std::string& cursor) {
    const auto inbox = v1::InboxService::NewStub(channel_);
    grpc::ClientContext context;
    rpc::Prepare({.deadline = absl::Now() + kPatience, .trace = {}, .view_as = ""}, &context);
    v1::StreamInboxRequest request;
    request.set_parent("subscribers/x");
    request.set_cursor(cursor);
    const auto stream = inbox->StreamInbox(&context, request);
    v1::StreamInboxResponse response;
    EXPECT_TRUE(stream->Read(&response));
    context.TryCancel();
    return response;
  }
  v1::GetBalanceResponse Balance() {
    return Call<v1::GetBalanceResponse>(*v1::DeliveryService::NewStub(channel_),
                                        &v1::DeliveryService::Stub::GetBalance,
                                        v1::GetBalanceRequest());
  }

  TempDir folder_;
  kafka::MockKafka kafka_;
  http::Receiver receiver_;
  config::v1::NotificationConfig config_;
  std::unique_ptr<service::Server> server_;
  std::shared_ptr<grpc::Channel> channel_;
};

TEST_F(WholeService, MakesOneNoticeOfARecordForEachSubscriptionAlsoOverARestart) {
  Start();
  WaitForHealth("clusterwire.notification.v1.DeliveryService");
  Subscribe(receiver_.url("/in"));
  Produce(1, "ecei:bronze");
  Produce(2, "ecei:silver");
  const v1::StreamInboxResponse first = NextItem("");
  EXPECT_EQ(first.item().change().revision(), 2);
  EXPECT_EQ(first.item().transition(), v1::TRANSITION_ENTERED);
  ASSERT_TRUE(receiver_.WaitFor(1, kPatience));
  const http::Receiver::Seen hook = receiver_.seen().front();
  EXPECT_THAT(hook.headers.at("webhook-signature"), testing::StartsWith("v1,"));
  EXPECT_THAT(hook.headers.at("traceparent"), HasSubstr("0af7651916cd43dd8448eb211c80319c"));
  EXPECT_THAT(hook.body, HasSubstr("Silver for Cluster A"));

  server_->Stop();
  Start();
  WaitForHealth("clusterwire.notification.v1.DeliveryService");
  Produce(2, "ecei:silver");  // sent again, as the relay does after a crash
  Produce(3, "ecei:silver");
  const v1::StreamInboxResponse second = NextItem(first.cursor());
  EXPECT_EQ(second.item().change().revision(), 3) << "and not the second record once more";
  ASSERT_TRUE(receiver_.WaitFor(2, kPatience));
  const v1::GetBalanceResponse balance = Balance();
  EXPECT_EQ(balance.matched(), 4);
  EXPECT_EQ(balance.difference(), 0);
}

TEST_F(WholeService, KeepsSubscribersWhileKafkaIsAway) {
  kafka_.SetDown();
  Start();
  WaitForHealth("clusterwire.notification.v1.SubscriptionService");
  Subscribe(receiver_.url("/in"));
  kafka_.SetUp();
  WaitForHealth("clusterwire.notification.v1.DeliveryService");
  Produce(1, "ecei:silver");
  EXPECT_EQ(NextItem("").item().change().revision(), 1);
}

TEST_F(WholeService, EndsStreamsWhenItStops) {
  Start();
  WaitForHealth("clusterwire.notification.v1.DeliveryService");
  Subscribe(receiver_.url("/in"));
  Produce(1, "ecei:silver");
  grpc::ClientContext context;
  rpc::Prepare({.deadline = absl::Now() + kPatience, .trace = {}, .view_as = ""}, &context);
  v1::StreamInboxRequest request;
  request.set_parent("subscribers/x");
  const auto inbox = v1::InboxService::NewStub(channel_);
  const auto stream = inbox->StreamInbox(&context, request);
  v1::StreamInboxResponse response;
  ASSERT_TRUE(stream->Read(&response)) << "it is open";
  server_->Stop();
  EXPECT_FALSE(stream->Read(&response));
  EXPECT_EQ(stream->Finish().error_code(), grpc::StatusCode::UNAVAILABLE);
}

TEST_F(WholeService, SaysWhichAddressIsTaken) {
  Start();
  config_.mutable_listen()->set_grpc_address(server_->grpc_address());
  config_.mutable_database()->set_url("sqlite:" + folder_.File("other.db"));
  config_.mutable_ledger()->set_url("sqlite:" + folder_.File("other-ledger.db"));
  EXPECT_THAT(StartServer(config_, Clock::System(), Random::System()),
              StatusIs(absl::StatusCode::kUnavailable, HasSubstr(server_->grpc_address())));
}

}  // namespace
}  // namespace clusterwire::notification
