#include "services/notification/delivery/operating/owner_notifier.h"

#include "libs/text/language.h"
#include "services/notification/channels/letters/letter.h"
#include "services/notification/delivery/testing/dispatcher_fixture.h"
#include "services/notification/ledger/balance.h"
#include "services/notification/ledger/inbox/owner_notices.h"

namespace clusterwire::notification {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

// Keeps where owners were told of what.
class TellingChannel final : public Channel {
 public:
  void Send(std::shared_ptr<const Job>, absl::Duration, Callback done) override { done(Done{}); }
  void TellOwner(const v1::Endpoint& elsewhere, const OwnerLetter& letter, const std::string&,
                 text::Language, absl::Duration) override {
    MutexLock lock(mutex_);
    told_.push_back(absl::StrCat(elsewhere.name(), " of ", letter.endpoint));
  }
  std::vector<std::string> told() {
    MutexLock lock(mutex_);
    return told_;
  }

 private:
  Mutex mutex_;
  std::vector<std::string> told_ ABSL_GUARDED_BY(mutex_);
};

class OwnerNotifierTest : public DispatcherFixture {
 protected:
  OwnerNotifierTest() {
    auto telling = std::make_unique<TellingChannel>();
    telling_ = telling.get();
    elsewhere_[v1::Endpoint::kWebhook] = std::move(telling);
  }
  void StartTelling() {
    notifier_ = std::make_unique<OwnerNotifier>(absl::Hours(30 * 24), *ledger_, *store_.interests,
                                                signal_, elsewhere_, store_.clock, store_.random);
  }
  std::vector<v1::InboxItem> Items() {
    auto items = ledger_->Read([](sql::Connection& connection) {
      return Inbox(connection).After("subscribers/x", 0, 100);
    });
    EXPECT_THAT(items, IsOk());
    return items.value_or(std::vector<v1::InboxItem>());
  }
  void SwitchOff(const std::string& endpoint) {
    ASSERT_THAT(store_.endpoints->Disable(endpoint, "HTTP 410: the receiver is gone for good"),
                IsOk());
    notifier_->Wake();
  }

  InboxSignal signal_;
  Channels elsewhere_;
  TellingChannel* telling_ = nullptr;
  std::unique_ptr<OwnerNotifier> notifier_;
};
INSTANTIATE_TEST_SUITE_P(Both, OwnerNotifierTest, sql::kBothDatabases, sql::DialectName);

TEST_P(OwnerNotifierTest, AnEndpointThatIsSwitchedOffIsToldInItsOwnersInboxOnceEachTime) {
  const std::string endpoint = AddWebhook("w");
  StartTelling();
  SwitchOff(endpoint);
  ASSERT_TRUE(Eventually([&] { return Items().size() == 1; }));
  const v1::InboxItem item = Items().at(0);
  EXPECT_EQ(item.endpoint(), endpoint);
  EXPECT_EQ(item.sequence(), 1);
  EXPECT_EQ(item.delivery(), "");
  EXPECT_FALSE(item.has_change());
  EXPECT_THAT(item.text(), HasSubstr("410"));

  notifier_.reset();
  StartTelling();  // after a restart
  v1::Endpoint moved;
  moved.set_name(endpoint);
  moved.mutable_webhook()->set_uri("https://hooks.example/new");
  ASSERT_THAT(store_.endpoints->Update(AsOperator(), moved, {}), IsOk());
  notifier_->Wake();
  store_.clock.Advance(absl::Minutes(5));
  Enable(endpoint);
  SwitchOff(endpoint);
  ASSERT_TRUE(Eventually([&] { return Items().size() >= 2; }));
  EXPECT_THAT(Items(), SizeIs(2));
  const auto balance =
      ledger_->Read([](sql::Connection& connection) { return Balance(connection).OfAll(); });
  ASSERT_THAT(balance, IsOk());
  EXPECT_EQ(balance->difference(), 0);
  EXPECT_EQ(balance->matched(), 0);
}

TEST_P(OwnerNotifierTest, TheOwnersOtherEndpointsAreToldThatAreOnOnce) {
  const std::string off = AddWebhook("w");
  const std::string on = AddWebhook("v");
  const std::string paused = AddWebhook("u");
  Pause(paused, true);
  store_.AddSubscriber("y");
  store_.AddWebhook("subscribers/y", "w");
  store_.CatchUp();
  StartTelling();
  SwitchOff(off);
  ASSERT_TRUE(Eventually([&] { return !telling_->told().empty(); }));
  notifier_.reset();
  StartTelling();
  store_.clock.Advance(absl::Minutes(2));
  ASSERT_TRUE(Eventually([&] { return Items().size() == 1; }));
  notifier_.reset();
  EXPECT_THAT(telling_->told(), testing::ElementsAre(on + " of " + off));
}

TEST_P(OwnerNotifierTest, WhatWasToldGoesAfterItsRetention) {
  const std::string endpoint = AddWebhook("w");
  StartTelling();
  SwitchOff(endpoint);
  ASSERT_TRUE(Eventually([&] { return Items().size() == 1; }));
  const auto remove = [&](absl::Time horizon) {
    return ledger_->Write(
        [&](sql::Connection& connection) { return OwnerNotices(connection).RemoveOld(horizon); });
  };
  ASSERT_THAT(remove(store_.clock.Now()), IsOk());
  EXPECT_THAT(Items(), SizeIs(1));
  ASSERT_THAT(remove(store_.clock.Now() + absl::Seconds(1)), IsOk());
  EXPECT_THAT(Items(), IsEmpty());
}

}  // namespace
}  // namespace clusterwire::notification
