#include "services/notification/testing/test_store.h"

#include <optional>
#include <utility>

#include "absl/strings/match.h"
#include <gtest/gtest.h>

#include "libs/base/testing/seed.h"
#include "libs/base/testing/status_matchers.h"
#include "libs/http/address_guard.h"
#include "libs/http/url.h"
#include "services/notification/grants/testing/grant_records.h"
#include "services/notification/types.h"

namespace clusterwire::notification {
namespace {

// The value, or a failure of the test that names the status and ends the program.
template <typename T>
T Need(absl::StatusOr<T> value) {
  EXPECT_THAT(value, IsOk());
  return *std::move(value);
}

absl::Status LookUpInTable(const std::string& url, absl::Duration, const AddressCheck::Done& done) {
  const http::Url read = Need(http::Url::Parse(url));
  if (read.host == "unknown.example") {
    done(Error(absl::StatusCode::kUnavailable, "NAME_NOT_RESOLVED", "unknown.example is unknown"));
  } else if (read.host == "slow.example") {
    done(Error(absl::StatusCode::kDeadlineExceeded, "TIMEOUT", "Resolving timed out"));
  } else if (absl::EndsWith(read.host, ".inside.example")) {
    done(Need(http::AddressGuard::Create({})).CheckAddress(*IpAddress::Parse("10.1.2.3")));
  } else {
    done(absl::OkStatus());
  }
  return absl::OkStatus();
}

// What the first step of a write said.
class Asked {
 public:
  AddressCheck::Done Then() {
    return [this](absl::Status status) { answer_ = std::move(status); };
  }
  absl::Status Answer(const absl::Status& begun) const {
    if (!begun.ok()) return begun;
    return answer_.value_or(absl::InternalError("the look-up has not ended"));
  }

 private:
  std::optional<absl::Status> answer_;
};

WriteCall Call(filter::Viewer viewer, const char* subject) {
  WriteCall call{.viewer = std::move(viewer)};
  call.store.caller = subject;
  call.store.method = "/test/Method";
  return call;
}

// The request's id and whether it is a dry run.
void TakeOptions(const google::protobuf::Message& request, WriteCall* call) {
  call->store = Need(resource::MakeCall({call->store.caller, "", call->store.method}, request));
}

}  // namespace

WriteCall AsOperator() { return Call(filter::Viewer::Operator(), "operator"); }
WriteCall AsPublic() { return Call(filter::Viewer::Public(), "public"); }
WriteCall As(std::string_view subscriber) {
  return Call(filter::Viewer::As(subscriber), "somebody");
}

WriteCall SignedInAs(const std::string& subject) {
  return Call({.subject = subject}, subject.c_str());
}

TestStore::TestStore() : random(TestSeed()) {
  real_database = Need(sql::Database::Open("sqlite:" + folder.File("store.db")));
  database = std::make_unique<sql::FaultyDatabase>(*real_database);
  store = Need(store::Store::Open(*database, Need(MakeRegistry()), clock, random, StoreOptions()));
  grants = std::make_unique<Grants>(Grants::Options{.key = std::string(kSubjectKey)}, clock);
  ReadWhole(*grants, clock);
  interests = Need(Interests::Load(*store, *grants, clock, random));
  subscribers = std::make_unique<Subscribers>(*store, random, *interests);
  look_up = LookUpInTable;
  addresses = std::make_unique<AddressCheck>(
      [this](const std::string& url, absl::Duration limit, AddressCheck::Done done) {
        return look_up(url, limit, std::move(done));
      },
      clock);
  endpoints =
      std::make_unique<Endpoints>(*store, random, EndpointSettings{.mail = true}, *addresses);
  subscriptions =
      std::make_unique<Subscriptions>(*store, random, [this] { return interests->wide(); });
}

v1::Subscriber TestStore::AddSubscriber(std::string_view id, const std::string& subject) {
  v1::Subscriber subscriber;
  subscriber.set_title("Newsletter");
  subscriber.set_subject(subject);
  return Need(subscribers->Add(AsOperator(), subscriber, id));
}

v1::Endpoint TestStore::AddWebhook(const std::string& subscriber, std::string_view id) {
  v1::Endpoint endpoint;
  endpoint.mutable_webhook()->set_uri("https://hooks.example/in");
  return Need(endpoints->Create(AsOperator(), subscriber, endpoint, id));
}

v1::Endpoint TestStore::AddConfirmed(const std::string& subscriber, std::string_view id,
                                     const std::string& address) {
  v1::Endpoint endpoint;
  endpoint.mutable_email()->set_address(address);
  const v1::Endpoint made = Need(endpoints->Create(AsOperator(), subscriber, endpoint, id));
  return Need(endpoints->Confirm(made.name(), absl::ToUnixMicros(ToTime(made.create_time()))));
}

void TestStore::Consent(const v1::Subscription& subscription) {
  Need(subscriptions->Say({}, subscription.name(), WhenMade(subscription),
                          v1::Consent::STATE_GIVEN));
}

v1::Subscription TestStore::AddSubscription(const std::string& subscriber, std::string_view id,
                                            v1::Subscription subscription) {
  subscription.set_title("Silver labels");
  return Need(subscriptions->Create(AsOperator(), subscriber, subscription, id));
}

absl::StatusOr<v1::Subscriber> TestStore::Create(WriteCall call,
                                                 const v1::CreateSubscriberRequest& request) {
  TakeOptions(request, &call);
  return subscribers->Add(call, request.subscriber(), request.subscriber_id());
}

absl::StatusOr<v1::Endpoint> TestStore::Create(WriteCall call,
                                               const v1::CreateEndpointRequest& request) {
  TakeOptions(request, &call);
  Asked asked;
  RETURN_IF_ERROR(asked.Answer(endpoints->AskCreate(call, request.parent(), request.endpoint(),
                                                    request.endpoint_id(), absl::InfiniteFuture(),
                                                    asked.Then())));
  return endpoints->Create(call, request.parent(), request.endpoint(), request.endpoint_id());
}

absl::StatusOr<v1::Endpoint> TestStore::Update(WriteCall call,
                                               const v1::UpdateEndpointRequest& request) {
  TakeOptions(request, &call);
  Asked asked;
  RETURN_IF_ERROR(asked.Answer(endpoints->AskUpdate(call, request.endpoint(), request.update_mask(),
                                                    absl::InfiniteFuture(), asked.Then())));
  return endpoints->Update(call, request.endpoint(), request.update_mask());
}

absl::StatusOr<v1::Subscription> TestStore::Create(WriteCall call,
                                                   const v1::CreateSubscriptionRequest& request) {
  TakeOptions(request, &call);
  return subscriptions->Create(call, request.parent(), request.subscription(),
                               request.subscription_id());
}

void TestStore::CatchUp() {
  EXPECT_THAT(interests->CatchUp(clock.Now() + absl::Seconds(1)), IsOk());
}

}  // namespace clusterwire::notification
