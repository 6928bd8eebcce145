#include <iostream>
#include <memory>

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
  absl::StatusOr<Rendered> Render(const Job&) const override { return Rendered{"body"}; }
  void Send(std::shared_ptr<const Job>, Rendered, absl::Time, Callback done) override {
    done(Done{.http_status = 200});
  }
};

class StatementsTest : public IntakeFixture {
 protected:
  StatementsTest() {
    dispatcher_ = std::make_unique<Dispatcher>(
        Dispatcher::Options(), *faulty_ledger_, *store_.interests,
        Dispatcher::Channels{.webhook = webhook_, .inbox = inbox_},
        [](const std::string&, const std::string&) { return absl::OkStatus(); }, store_.clock,
        store_.random, metrics_);
  }
  // Takes a change in and waits until the one delivery that it causes is recorded. Gives the
  // statements on the ledger.
  std::vector<std::string> Deliver(int64_t revision) {
    store_.clock.Advance(absl::Seconds(1));  // what arrives later is due later
    faulty_.TakeStatements();
    store_.database->TakeStatements();
    EXPECT_THAT(Take({MessageOf(ClusterChange(absl::StrCat("c", revision), revision,
                                              "cluster.published", "", "published"),
                                revision)}),
                IsOk());
    EXPECT_EQ(offered_.size(), 1u);
    const std::string name = offered_[0].name;
    dispatcher_->Offer(std::exchange(offered_, {}));
    const absl::Time deadline = Clock::System().Now() + absl::Seconds(10);
    Wakeup never;
    while (Clock::System().Now() < deadline) {
      const auto got = ledger_->Read(
          [&](sql::Connection& connection) { return Deliveries(connection).Get(name); });
      if (got.ok() && got->state() == v1::Delivery::STATE_DELIVERED) return faulty_.TakeStatements();
      never.WaitFor(absl::Milliseconds(5));
    }
    ADD_FAILURE() << "not delivered";
    return {};
  }

  InboxSignal signal_;
  QuickChannel webhook_;
  InboxChannel inbox_{*faulty_ledger_, signal_, store_.clock};
  std::unique_ptr<Dispatcher> dispatcher_;  // last: it uses everything above
};
INSTANTIATE_TEST_SUITE_P(Both, StatementsTest, sql::kBothDatabases, sql::DialectName);

TEST_P(StatementsTest, ANoticeForAnInboxTakesFewStatements) {
  Subscribe("all", "");
  Deliver(1);
  const std::vector<std::string> statements = Deliver(2);
  const std::vector<std::string> store = store_.database->TakeStatements();
  std::cerr << statements.size() << "\n" << absl::StrJoin(statements, "\n") << "\n"
            << store.size() << "\n" << absl::StrJoin(store, "\n") << "\n";
}

TEST_P(StatementsTest, ANoticeForAWebhookTakesFewStatements) {
  v1::Subscription subscription;
  subscription.set_endpoint(store_.AddWebhook("subscribers/x", "w").name());
  subscription.mutable_filter()->add_types("cluster");
  store_.AddSubscription("subscribers/x", "all", subscription);
  Deliver(1);
  const std::vector<std::string> statements = Deliver(2);
  const std::vector<std::string> store = store_.database->TakeStatements();
  std::cerr << statements.size() << "\n" << absl::StrJoin(statements, "\n") << "\n"
            << store.size() << "\n" << absl::StrJoin(store, "\n") << "\n";
}

}  // namespace
}  // namespace clusterwire::notification
