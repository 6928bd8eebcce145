#include "services/notification/resources/subscribers/consent_rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/base/testing/status_matchers.h"
#include "services/notification/testing/test_store.h"

namespace clusterwire::notification {
namespace {

// What consent is given for, and by whom, is tested with the pages: consent/consents_test.cc.
class ConsentRulesTest : public testing::Test {
 protected:
  ConsentRulesTest() { test_.AddSubscriber("x", "corp:x"); }

  v1::Endpoint AddMailbox() {
    v1::Endpoint endpoint;
    endpoint.mutable_email()->set_address("anna@example.org");
    const auto made = test_.endpoints->Create(AsOperator(), "subscribers/x", endpoint, "me");
    EXPECT_THAT(made, IsOk());
    return *made;
  }

  TestStore test_;
};

TEST_F(ConsentRulesTest, OnlyWhatGoesToAMailboxNeedsConsent) {
  EXPECT_FALSE(test_.AddSubscription("subscribers/x", "saved").has_consent());
  v1::Subscription subscription;
  subscription.set_endpoint("subscribers/x/endpoints/inbox");
  EXPECT_FALSE(test_.AddSubscription("subscribers/x", "inbox", subscription).has_consent());
  subscription.set_endpoint(AddMailbox().name());
  v1::Subscription mailed = test_.AddSubscription("subscribers/x", "mailed", subscription);
  EXPECT_EQ(mailed.consent().state(), v1::Consent::STATE_WAITING);
  mailed.set_endpoint("subscribers/x/endpoints/inbox");
  google::protobuf::FieldMask mask;
  mask.add_paths("endpoint");
  const auto moved = test_.subscriptions->Update(AsOperator(), mailed, mask);
  ASSERT_THAT(moved, IsOk());
  EXPECT_FALSE(moved->has_consent());
}

TEST_F(ConsentRulesTest, NobodySetsThatAnAddressIsConfirmedOrConsentGiven) {
  v1::Endpoint endpoint;
  endpoint.mutable_email()->set_address("anna@example.org");
  endpoint.mutable_email()->mutable_verify_time()->set_seconds(1);
  const auto made = test_.endpoints->Create(As("subscribers/x"), "subscribers/x", endpoint, "me");
  ASSERT_THAT(made, IsOk());
  EXPECT_FALSE(made->email().has_verify_time());
  v1::Subscription subscription;
  subscription.set_endpoint(made->name());
  subscription.mutable_consent()->set_state(v1::Consent::STATE_GIVEN);
  EXPECT_EQ(test_.AddSubscription("subscribers/x", "a", subscription).consent().state(),
            v1::Consent::STATE_WAITING);
}

TEST_F(ConsentRulesTest, WhoCalledAndFromWhereStandsInTheResourceAndNotInTheLog) {
  v1::Subscription subscription;
  subscription.set_title("News");
  subscription.set_endpoint(AddMailbox().name());
  WriteCall call = AsOperator();
  call.viewer.subject = "corp:operator";
  call.viewer.network = "ipv4:192.0.2.7";
  const auto made = test_.subscriptions->Create(call, "subscribers/x", subscription, "a");
  ASSERT_THAT(made, IsOk());
  EXPECT_EQ(made->consent().network(), "ipv4:192.0.2.7");
  const auto changes = test_.store->HistoryOf(made->name(), {}, 10);
  ASSERT_THAT(changes, IsOk());
  ASSERT_FALSE(changes->empty());
  for (const store::Change& change : *changes) {
    ASSERT_NE(change.after, nullptr);
    EXPECT_THAT(change.after->ShortDebugString(), testing::Not(testing::HasSubstr("192.0.2.7")));
  }
}

}  // namespace
}  // namespace clusterwire::notification
