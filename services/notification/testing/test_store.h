#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "clusterwire/notification/v1/subscriber.pb.h"
#include "clusterwire/notification/v1/subscription.pb.h"

#include "libs/base/testing/fake_clock.h"
#include "libs/base/testing/seed.h"
#include "libs/base/testing/temp_dir.h"
#include "libs/sql/testing/faulty_database.h"
#include "libs/store/store.h"
#include "services/notification/channels/address_check.h"
#include "services/notification/resources/subscribers/endpoint_rules.h"
#include "services/notification/resources/subscribers/interests.h"
#include "services/notification/resources/subscribers/subscriber_rules.h"
#include "services/notification/resources/subscribers/subscription_rules.h"

namespace clusterwire::notification {

WriteCall AsOperator();
WriteCall AsPublic();
WriteCall As(std::string_view subscriber);
// One who has shown who they are and has no subscriber.
WriteCall SignedInAs(const std::string& subject);
// A read by the same caller.
inline ReadCall Reading(const WriteCall& call) { return {.viewer = call.viewer}; }

// The domain of this service over a real store in a temporary folder, on a clock that stands still.
// Names are looked up in a table of the test's own: "*.inside.example" leads to 10.1.2.3,
// "unknown.example" nowhere, "slow.example" isn't found in time, every other name can be reached.
class TestStore {
 public:
  TestStore();

  // Makes one or ends the test.
  v1::Subscriber AddSubscriber(std::string_view id, const std::string& subject = "");
  v1::Endpoint AddWebhook(const std::string& subscriber, std::string_view id);
  // A mailbox whose owner has confirmed it.
  v1::Endpoint AddConfirmed(const std::string& subscriber, std::string_view id,
                            const std::string& address);
  // Its owner consents to the subscription.
  void Consent(const v1::Subscription& subscription);
  // `subscription` needs no title.
  v1::Subscription AddSubscription(const std::string& subscriber, std::string_view id,
                                   v1::Subscription subscription = {});
  // As the handlers run these requests.
  absl::StatusOr<v1::Subscriber> Create(WriteCall call, const v1::CreateSubscriberRequest& request);
  absl::StatusOr<v1::Endpoint> Create(WriteCall call, const v1::CreateEndpointRequest& request);
  absl::StatusOr<v1::Endpoint> Update(WriteCall call, const v1::UpdateEndpointRequest& request);
  absl::StatusOr<v1::Subscription> Create(WriteCall call,
                                          const v1::CreateSubscriptionRequest& request);
  template <typename Resources>
  auto List(const Resources& resources, const WriteCall& call, ListQuery query) {
    auto page = resources.List(Reading(call), query);
    using Listed = absl::StatusOr<decltype(page->resources)>;
    return page.ok() ? Listed(std::move(page->resources)) : Listed(page.status());
  }
  // Waits until the interests have what was written.
  void CatchUp();

  // Looks a name up; a test may put its own in place.
  AddressCheck::LookUp look_up;

  FakeClock clock;
  TempDir folder;
  SeededRandom random;
  std::unique_ptr<sql::Database> real_database;
  std::unique_ptr<sql::FaultyDatabase> database;
  std::unique_ptr<store::Store> store;
  std::unique_ptr<Grants> grants;  // read whole: none is given
  std::unique_ptr<Interests> interests;
  std::unique_ptr<Subscribers> subscribers;
  std::unique_ptr<AddressCheck> addresses;
  std::unique_ptr<Endpoints> endpoints;
  std::unique_ptr<Subscriptions> subscriptions;
};

}  // namespace clusterwire::notification
