// What becomes of a mail that is on its way when the delivery that carries the others is dropped.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/notification/delivery/testing/dispatcher_fixture.h"

namespace clusterwire::notification {
namespace {

class DroppedCarrierTest : public DispatcherFixture {
 protected:
  DroppedCarrierTest() {
    auto mail = std::make_unique<FakeChannel>();
    mail_ = mail.get();
    channels_[v1::Endpoint::kEmail] = std::move(mail);
    store_.AddConfirmed("subscribers/x", "mail", "anna@example.org");
    for (const char* id : {"a", "b"}) {
      v1::Subscription subscription;
      subscription.set_endpoint(kMailbox);
      store_.Consent(store_.AddSubscription("subscribers/x", id, subscription));
    }
    store_.CatchUp();
  }

  static constexpr char kMailbox[] = "subscribers/x/endpoints/mail";
  FakeChannel* mail_ = nullptr;
};
INSTANTIATE_TEST_SUITE_P(Both, DroppedCarrierTest, sql::kBothDatabases, sql::DialectName);

TEST_P(DroppedCarrierTest, WhatItTellsIsNotSentAgain) {
  const KeptRecord record = MakeRecord("clusters/a", 1);
  std::vector<PendingDelivery> deliveries;
  for (const char* id : {"a", "b"}) {
    deliveries.push_back(MakeDelivery(record, absl::StrCat("subscribers/x/subscriptions/", id)));
    deliveries.back().endpoint = kMailbox;
  }
  Keep(record, deliveries);
  mail_->Hold(kMailbox);
  Start({.mails = {.settle = absl::ZeroDuration()}});
  ASSERT_TRUE(mail_->WaitForSent(1));
  const std::shared_ptr<const Job> mail = mail_->jobs()[0];
  ASSERT_EQ(mail->others.size(), 1);
  const PendingDelivery& other = mail->others[0]->delivery;
  dispatcher_->Suppress(mail->delivery.subscription, "consent: unsubscribed");
  ASSERT_TRUE(Eventually([&] { return Get(other).carried_by().empty(); })) << "it carries itself";
  mail_->ReleaseAll();
  ASSERT_TRUE(WaitFor(other, v1::Delivery::STATE_DELIVERED, 0));
  EXPECT_EQ(Get(other).reason(), "in the mail of " + mail->delivery.name);
  EXPECT_EQ(Get(mail->delivery).state(), v1::Delivery::STATE_SUPPRESSED);
  EXPECT_EQ(mail_->sent().size(), 1);
}

}  // namespace
}  // namespace clusterwire::notification
