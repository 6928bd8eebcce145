// What becomes of a mail that is on its way when the delivery that carries the others is dropped.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/base/time/clock.h"
#include "services/notification/channels/testing/event_jobs.h"
#include "services/notification/delivery/testing/dispatcher_fixture.h"
#include "services/notification/ledger/calendar/invitations.h"
#include "services/notification/ledger/deliveries/bundles.h"

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

  // One of whose mails the owner of the address said nothing.
  void AddUnasked(const std::string& id) {
    v1::Subscription subscription;
    subscription.set_endpoint(kMailbox);
    store_.AddSubscription("subscribers/x", id, subscription);
    store_.CatchUp();
  }
  PendingDelivery To(const KeptRecord& record, const std::string& id) {
    PendingDelivery delivery =
        MakeDelivery(record, absl::StrCat("subscribers/x/subscriptions/", id));
    delivery.endpoint = kMailbox;
    return delivery;
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

TEST_P(DroppedCarrierTest, AnOwnMatterIsNotDroppedWithWhatNeededConsent) {
  AddUnasked("unasked");
  ReadOn(*store_.grants, GrantTo("corp:x", "programmes/p"));
  store_.CatchUp();
  const KeptRecord announced = MakeRecord("clusters/a", 1);
  KeptRecord own = MakeRecord("clusters/a", 2);
  own.change.mutable_after()->mutable_audience()->add_members("programmes/p");
  const PendingDelivery carrier = To(announced, "unasked");
  PendingDelivery carried = To(own, "unasked");
  carried.sequence = carrier.sequence + 1;
  Keep(announced, {carrier});
  Keep(own, {carried});
  // Gathered while there was consent.
  ASSERT_THAT(ledger_->Write([&](sql::Connection& connection) -> absl::Status {
    Bundles bundles(connection);
    const Bundle bundle{
        .id = "b",
        .scope = "about:m\nclusters/a",
        .mailbox = store_.interests->MailboxOf(*store_.interests->FindEndpoint(kMailbox)),
        .carrier = carrier.name};
    RETURN_IF_ERROR(bundles.Begin(bundle).status());
    return bundles.Carry(bundle, carried.name);
  }),
              IsOk());
  store_.grants->CaughtUp(store_.clock.Uptime());
  Start({.mails = {.settle = absl::ZeroDuration()}, .sweep = absl::ZeroDuration()});
  ASSERT_TRUE(WaitFor(carrier, v1::Delivery::STATE_SUPPRESSED, 0));
  EXPECT_THAT(Get(carrier).reason(), testing::StartsWith("consent: "));
  EXPECT_TRUE(WaitFor(carried, v1::Delivery::STATE_DELIVERED, 1));
}

TEST_P(DroppedCarrierTest, WhomItsMailInvitedIsRemembered) {
  for (const char* id : {"i", "j"}) {
    v1::Subscription subscription;
    subscription.set_endpoint(kMailbox);
    subscription.set_calendar(v1::CALENDAR_MODE_INVITE);
    store_.Consent(store_.AddSubscription("subscribers/x", id, subscription));
  }
  store_.CatchUp();
  KeptRecord record = MakeRecord("events/european-cluster-conference-2022", 1);
  record.change = ConferenceChange(1, "event.published", {}, PragueConference(0));
  *record.change.mutable_time() = ToTimestamp(store_.clock.Now());
  record.received = store_.clock.Now();
  Keep(record, {To(record, "i"), To(record, "j")});
  mail_->Hold(kMailbox);
  Start({.mails = {.settle = absl::ZeroDuration()}});
  ASSERT_TRUE(mail_->WaitForSent(1));
  const std::shared_ptr<const Job> mail = mail_->jobs()[0];
  ASSERT_EQ(mail->others.size(), 1);
  const PendingDelivery& other = mail->others[0]->delivery;
  dispatcher_->Suppress(mail->delivery.subscription, "consent: unsubscribed");
  mail_->ReleaseAll();
  ASSERT_TRUE(WaitFor(other, v1::Delivery::STATE_DELIVERED, 0));
  const auto told = [&](const std::string& subscription) {
    return ledger_
        ->Read([&](sql::Connection& connection) {
          return Invitations(connection).By(subscription, PragueConference(0).calendar().uid());
        })
        ->told();
  };
  EXPECT_TRUE(told(other.subscription));
  EXPECT_FALSE(told(mail->delivery.subscription));
}

}  // namespace
}  // namespace clusterwire::notification
