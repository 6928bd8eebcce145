#include "services/notification/testing/test_store.h"

#include "absl/strings/match.h"
#include <gtest/gtest.h>

#include "libs/base/testing/seed.h"
#include "libs/base/testing/status_matchers.h"
#include "services/notification/types.h"

namespace clusterwire::notification {
namespace {

// The value, or a failure of the test that names the status and ends the program.
template <typename T>
T Need(absl::StatusOr<T> value) {
  EXPECT_THAT(value, IsOk());
  return *std::move(value);
}

absl::StatusOr<std::vector<http::IpAddress>> Resolve(const std::string& host) {
  if (host == "unknown.example") {
    return Error(absl::StatusCode::kUnavailable, "NAME_NOT_RESOLVED", "unknown.example is unknown");
  }
  const char* address = absl::EndsWith(host, ".loopback.example") ? "127.0.0.1" : "93.184.216.34";
  return std::vector<http::IpAddress>{*http::IpAddress::Parse(address)};
}

rpc::CallContext Call(rpc::Caller caller) {
  rpc::CallContext call;
  call.caller = std::move(caller);
  call.method = "/test/Method";
  return call;
}

}  // namespace

rpc::CallContext AsOperator() {
  return Call({.subject = "operator", .is_operator = true, .members = {}});
}
rpc::CallContext AsPublic() {
  return Call({.subject = "public", .is_operator = false, .members = {}});
}
rpc::CallContext As(std::string_view subscriber) {
  return Call({.subject = "somebody", .is_operator = false, .members = {std::string(subscriber)}});
}

TestStore::TestStore() : random(TestSeed()) {
  real_database = Need(sql::Database::Open("sqlite:" + folder.File("store.db")));
  database = std::make_unique<sql::FaultyDatabase>(*real_database);
  store = Need(store::Store::Open(*database, Need(MakeRegistry()), clock, random, StoreOptions()));
  interests = Need(Interests::Load(*store, clock, random));
  subscribers = std::make_unique<Subscribers>(*store, random);
  endpoints =
      std::make_unique<Endpoints>(*store, random, Need(http::AddressGuard::Create({})), Resolve);
  subscriptions = std::make_unique<Subscriptions>(*store, random);
}

v1::Subscriber TestStore::AddSubscriber(std::string_view id) {
  v1::CreateSubscriberRequest request;
  request.set_subscriber_id(std::string(id));
  request.mutable_subscriber()->set_title("Newsletter");
  return Need(subscribers->Create(AsOperator(), request));
}

v1::Endpoint TestStore::AddWebhook(const std::string& subscriber, std::string_view id) {
  v1::CreateEndpointRequest request;
  request.set_parent(subscriber);
  request.set_endpoint_id(std::string(id));
  request.mutable_endpoint()->mutable_webhook()->set_uri("https://hooks.example/in");
  return Need(endpoints->Create(AsOperator(), request));
}

v1::Subscription TestStore::AddSubscription(const std::string& subscriber, std::string_view id,
                                            v1::Subscription subscription) {
  v1::CreateSubscriptionRequest request;
  request.set_parent(subscriber);
  request.set_subscription_id(std::string(id));
  subscription.set_title("Silver labels");
  *request.mutable_subscription() = std::move(subscription);
  return Need(subscriptions->Create(AsOperator(), request));
}

void TestStore::CatchUp() {
  EXPECT_THAT(interests->CatchUp(clock.Now() + absl::Seconds(1)), IsOk());
}

}  // namespace clusterwire::notification
