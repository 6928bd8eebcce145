#include <atomic>
#include <memory>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/base/testing/status_matchers.h"
#include "services/notification/channels/inbox/inbox_channel.h"
#include "services/notification/delivery/dispatcher.h"
#include "services/notification/ingest/testing/intake_fixture.h"
#include "services/notification/ingest/testing/messages.h"

namespace clusterwire::notification {
namespace {

// A receiver that takes everything at once.
class QuickChannel final : public Channel {
 public:
  void Send(std::shared_ptr<const Job>, absl::Duration, Callback done) override {
    ++sent;
    done(Done{.http_status = 200});
  }
  std::atomic<int> sent = 0;
};

// From a change that came from Kafka to its recorded delivery, over the real ledger and store.
class StatementsTest : public IntakeFixture {
 protected:
  StatementsTest() {
    auto webhook = std::make_unique<QuickChannel>();
    webhook_ = webhook.get();
    channels_[v1::Endpoint::kWebhook] = std::move(webhook);
    channels_[v1::Endpoint::kInbox] = std::make_unique<InboxChannel>(signal_, store_.clock);
    dispatcher_ = std::make_unique<Dispatcher>(
        Dispatcher::Options(), *faulty_ledger_, *store_.interests, channels_,
        [](const std::string&, const std::string&) { return absl::OkStatus(); }, store_.clock,
        store_.random, metrics_);
  }
  void SubscribeWebhook() {
    v1::Subscription subscription;
    subscription.set_endpoint(store_.AddWebhook("subscribers/x", "w").name());
    subscription.mutable_filter()->add_types("cluster");
    store_.AddSubscription("subscribers/x", "all", subscription);
  }
  void Accept(const change::v1::ResourceChanged& change) {
    store_.clock.Advance(absl::Seconds(1));  // what arrives later is due later
    EXPECT_THAT(Take({MessageOf(change, change.revision())}), IsOk());
  }
  void Offer() { dispatcher_->Offer(std::exchange(offered_, {}), std::exchange(newest_, {})); }
  // Waits until the delivery is in this state.
  bool WaitFor(const std::string& name, v1::Delivery::State state) {
    const absl::Time deadline = Clock::System().Now() + absl::Seconds(10);
    Wakeup never;
    while (Clock::System().Now() < deadline) {
      const auto got = ledger_->Read(
          [&](sql::Connection& connection) { return Deliveries(connection).Get(name); });
      if (got.ok() && got->state() == state) return true;
      never.WaitFor(absl::Milliseconds(5));
    }
    return false;
  }
  // Delivers a change and gives the statements that it took: on the ledger, and those of ingest on
  // the store, whose log is followed beside it.
  std::vector<std::string> Deliver(int64_t revision) {
    faulty_.TakeStatements();
    store_.database->TakeStatements();
    Accept(
        ClusterChange(absl::StrCat("c", revision), revision, "cluster.published", "", "published"));
    const std::string name =
        DeliveryName("subscribers/x/subscriptions/all", absl::StrCat("history:", revision, ":1"));
    Offer();
    EXPECT_TRUE(WaitFor(name, v1::Delivery::STATE_DELIVERED));
    std::vector<std::string> statements = faulty_.TakeStatements();
    for (std::string& statement : store_.database->TakeStatements()) {
      if (statement == "SELECT value FROM revision") statements.push_back(std::move(statement));
    }
    return statements;
  }

  InboxSignal signal_;
  QuickChannel* webhook_ = nullptr;
  std::unique_ptr<Dispatcher> dispatcher_;  // last: it uses everything above
};
INSTANTIATE_TEST_SUITE_P(Both, StatementsTest, sql::kBothDatabases, sql::DialectName);

TEST_P(StatementsTest, ANoticeForAnInboxTakesAtMostThirteen) {
  Subscribe("all", "");
  Deliver(1);  // with the first look for what is pending
  const std::vector<std::string> statements = Deliver(2);
  EXPECT_LE(statements.size(), 13u) << absl::StrJoin(statements, "\n");
}

TEST_P(StatementsTest, ANoticeForAWebhookTakesAtMostTwelve) {
  SubscribeWebhook();
  Deliver(1);
  const std::vector<std::string> statements = Deliver(2);
  EXPECT_LE(statements.size(), 12u) << absl::StrJoin(statements, "\n");
}

TEST_P(StatementsTest, WhatWasJustMatchedIsNotReadBack) {
  SubscribeWebhook();
  Deliver(1);
  for (const std::string& statement : Deliver(2)) {
    EXPECT_FALSE(absl::StartsWith(statement, "SELECT payload")) << statement;
  }
}

TEST_P(StatementsTest, WhatWasHiddenRightAfterItMatchedIsNotTold) {
  SubscribeWebhook();
  change::v1::ResourceChanged hidden =
      ClusterChange("a", 2, "cluster.updated", "published", "draft");
  hidden.mutable_after()->mutable_audience();
  Accept(ClusterChange("a", 1, "cluster.published", "", "published"));
  Accept(hidden);
  ASSERT_EQ(offered_.size(), 2u);
  const std::string entered = offered_[0].name;
  const std::string left = offered_[1].name;
  Offer();
  EXPECT_TRUE(WaitFor(entered, v1::Delivery::STATE_SUPPRESSED));
  EXPECT_TRUE(WaitFor(left, v1::Delivery::STATE_DELIVERED));
}

TEST_P(StatementsTest, AnOfferThatComesAfterTheSweepDeliveredItIsNotSentAgain) {
  SubscribeWebhook();
  Accept(ClusterChange("a", 1, "cluster.published", "", "published"));
  ASSERT_EQ(offered_.size(), 1u);
  dispatcher_->Reload();
  ASSERT_TRUE(WaitFor(offered_[0].name, v1::Delivery::STATE_DELIVERED));
  Offer();
  Deliver(2);
  EXPECT_EQ(webhook_->sent, 2);
}

}  // namespace
}  // namespace clusterwire::notification
