#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/base/time/zone.h"
#include "services/notification/channels/testing/event_jobs.h"
#include "services/notification/delivery/mails/gatherer.h"
#include "services/notification/delivery/testing/dispatcher_fixture.h"
#include "services/notification/ledger/balance.h"
#include "services/notification/resources/subscribers/schedule.h"

namespace clusterwire::notification {

// What mails go out, when and with what: the dispatcher over a real ledger and store, with a clock
// that the test moves and a channel that keeps what it is given.
class MailsFixture : public DispatcherFixture {
 protected:
  MailsFixture() {
    auto mail = std::make_unique<FakeChannel>();
    mail_ = mail.get();
    channels_[v1::Endpoint::kEmail] = std::move(mail);
    store_.clock.Set(Local(2026, 11, 30, 12));  // a Monday
  }

  static absl::Time Local(int year, int month, int day, int hour, int minute = 0) {
    return MomentOf(absl::CivilSecond(year, month, day, hour, minute),
                    ZoneNamed("Europe/Brussels"));
  }
  void AddMailbox(const std::string& subscriber, const std::string& id,
                  const std::string& address) {
    store_.AddConfirmed(subscriber, id, address);
  }
  // A subscription `id` of the subscriber to their mailbox "mail".
  void Subscribe(const std::string& subscriber, const std::string& id, v1::Schedule schedule = {}) {
    v1::Subscription subscription;
    subscription.set_endpoint(subscriber + "/endpoints/mail");
    if (IsDigest(schedule)) *subscription.mutable_schedule() = schedule;
    store_.Consent(store_.AddSubscription(subscriber, id, subscription));
    store_.CatchUp();
  }
  static v1::Schedule Daily(int hour) {
    v1::Schedule schedule;
    schedule.set_frequency(v1::Schedule::FREQUENCY_DAILY);
    schedule.set_hour(hour);
    return schedule;
  }
  // A change of the cluster that came now, and its deliveries by these subscriptions.
  std::vector<PendingDelivery> Happens(const std::string& cluster,
                                       const std::vector<std::string>& subscriptions) {
    KeptRecord record = MakeRecord("clusters/" + cluster, ++revision_);
    record.received = store_.clock.Now();
    *record.change.mutable_time() = ToTimestamp(record.received);
    record.change.mutable_after()->set_title(absl::StrCat(cluster, " ", revision_));
    return Keeping(record, subscriptions);
  }
  std::vector<PendingDelivery> Keeping(const KeptRecord& record,
                                       const std::vector<std::string>& subscriptions,
                                       std::optional<v1::Transition> transition = std::nullopt) {
    std::vector<PendingDelivery> deliveries;
    for (const std::string& subscription : subscriptions) {
      PendingDelivery delivery = MakeDelivery(record, subscription);
      delivery.endpoint =
          subscription.substr(0, subscription.find("/subscriptions")) + "/endpoints/mail";
      delivery.created = record.received;
      if (transition) delivery.transition = *transition;
      delivery.sequence = absl::ToUnixMicros(record.received) + record.change.revision();
      deliveries.push_back(std::move(delivery));
    }
    Keep(record, deliveries);
    EXPECT_THAT(ledger_->Write([&](sql::Connection& connection) {
      return Records(connection).NoteNewest(record.change);
    }),
                IsOk());
    if (dispatcher_ != nullptr) dispatcher_->Offer(deliveries);
    return deliveries;
  }
  void StartMails(Gatherer::Options mails = {}) {
    Start({.schedule = EveryTenMinutes(),
           .mails = mails,
           .sweep = absl::Seconds(1),
           .stop_grace = absl::ZeroDuration()});
  }
  // Lets time pass, in steps at which the dispatcher looks around.
  void Pass(absl::Duration time) {
    for (int step = 0; step < 4; ++step) {
      Settled();
      store_.clock.Advance(time / 4);
    }
    Settled();
  }
  // Waits until the dispatcher has done all that it can at this moment.
  void Settled() {
    faulty_.TakeStatements();
    dispatcher_->Reload();
    ASSERT_TRUE(Eventually([this] { return !faulty_.TakeStatements().empty(); }));
    int quiet = 0;
    ASSERT_TRUE(Eventually([&] {
      quiet = faulty_.TakeStatements().empty() ? quiet + 1 : 0;
      return quiet > 10;
    }));
  }
  std::string Reason(const PendingDelivery& delivery) { return Get(delivery).reason(); }
  void ExpectBalanced() {
    const auto balance =
        ledger_->Read([](sql::Connection& connection) { return Balance(connection).OfAll(); });
    ASSERT_THAT(balance, IsOk());
    EXPECT_EQ(balance->difference(), 0) << balance->ShortDebugString();
  }

  FakeChannel* mail_ = nullptr;
};

}  // namespace clusterwire::notification
