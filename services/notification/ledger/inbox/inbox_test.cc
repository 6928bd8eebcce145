#include "services/notification/ledger/inbox/inbox.h"

#include <atomic>
#include <thread>

#include "absl/strings/str_cat.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/base/testing/status_matchers.h"
#include "services/notification/ledger/testing/rows.h"

namespace clusterwire::notification {
namespace {

class InboxTest : public LedgerTest {
 protected:
  absl::StatusOr<int64_t> Append(const std::string& subscriber, const KeptRecord& record,
                                 v1::Transition transition = v1::TRANSITION_ENTERED) {
    v1::InboxItem item;
    item.set_transition(transition);
    item.set_delivery(DeliveryName(subscriber + "/subscriptions/x", record.id));
    item.set_title(record.id);
    *item.mutable_change() = record.change;
    return ledger_->Write([&](sql::Connection& connection) {
      return Inbox(connection).Append(subscriber, record.id, item);
    });
  }
  std::vector<v1::InboxItem> After(const std::string& subscriber, int64_t sequence, int limit) {
    auto items = ledger_->Read([&](sql::Connection& connection) {
      return Inbox(connection).After(subscriber, sequence, limit);
    });
    EXPECT_THAT(items, IsOk());
    return *std::move(items);
  }
};
INSTANTIATE_TEST_SUITE_P(Both, InboxTest, sql::kBothDatabases, sql::DialectName);

TEST_P(InboxTest, ItemsAreNumberedFromOneForEachSubscriber) {
  const KeptRecord first = MakeRecord("clusters/a", 1);
  const KeptRecord second = MakeRecord("clusters/a", 2);
  Keep(first);
  Keep(second);
  EXPECT_THAT(Append("subscribers/a", first), IsOkAndHolds(1));
  EXPECT_THAT(Append("subscribers/a", second), IsOkAndHolds(2));
  EXPECT_THAT(Append("subscribers/b", second), IsOkAndHolds(1));
}

TEST_P(InboxTest, ADeliveryIsInTheInboxOnce) {
  const KeptRecord record = MakeRecord("clusters/a", 1);
  Keep(record);
  EXPECT_THAT(Append("subscribers/a", record), IsOkAndHolds(1));
  EXPECT_THAT(Append("subscribers/a", record), IsOkAndHolds(1));
  EXPECT_THAT(After("subscribers/a", 0, 10), testing::SizeIs(1));
}

TEST_P(InboxTest, ReadingGoesOnBehindTheCursorWithTheWholeChange) {
  for (int revision = 1; revision <= 5; ++revision) {
    const KeptRecord record = MakeRecord("clusters/a", revision);
    Keep(record);
    ASSERT_THAT(Append("subscribers/a", record), IsOk());
  }
  const std::vector<v1::InboxItem> items = After("subscribers/a", 2, 2);
  ASSERT_THAT(items, testing::SizeIs(2));
  EXPECT_EQ(items[0].sequence(), 3);
  EXPECT_EQ(items[1].sequence(), 4);
  EXPECT_EQ(items[1].change().SerializeAsString(),
            MakeRecord("clusters/a", 4).change.SerializeAsString());
  EXPECT_THAT(After("subscribers/a", 5, 2), testing::IsEmpty());
}

TEST_P(InboxTest, OfWhatLeftTheImageBeforeAloneIsRead) {
  KeptRecord record = MakeRecord("clusters/a", 1);
  record.change.mutable_before()->set_title("Seen");
  record.change.mutable_after()->set_title("Not for them");
  record.change.mutable_cluster()->set_title("Not for them");
  Keep(record);
  ASSERT_THAT(Append("subscribers/a", record, v1::TRANSITION_LEFT), IsOk());
  const std::vector<v1::InboxItem> items = After("subscribers/a", 0, 10);
  ASSERT_THAT(items, testing::SizeIs(1));
  EXPECT_EQ(items[0].change().before().title(), "Seen");
  EXPECT_EQ(items[0].change().name(), "clusters/a");
  EXPECT_FALSE(items[0].change().has_after());
  EXPECT_EQ(items[0].change().resource_case(), change::v1::ResourceChanged::RESOURCE_NOT_SET);
}

TEST_P(InboxTest, AReaderMissesNothingOfManyWriters) {
  constexpr int kWriters = 4;
  constexpr int kEach = 15;
  for (int revision = 1; revision <= kWriters * kEach; ++revision) {
    Keep(MakeRecord("clusters/a", revision));
  }
  std::vector<std::thread> writers;
  std::atomic<int> failed = 0;
  for (int writer = 0; writer < kWriters; ++writer) {
    writers.emplace_back([&, writer] {
      for (int i = 1; i <= kEach; ++i) {
        if (!Append("subscribers/a", MakeRecord("clusters/a", writer * kEach + i)).ok()) ++failed;
      }
    });
  }
  int64_t cursor = 0;
  while (cursor < kWriters * kEach && failed == 0) {
    for (const v1::InboxItem& item : After("subscribers/a", cursor, 100)) {
      EXPECT_EQ(item.sequence(), cursor + 1);  // one that commits late would leave a gap
      cursor = item.sequence();
    }
  }
  for (std::thread& writer : writers) writer.join();
  EXPECT_EQ(failed, 0);
}

TEST_P(InboxTest, NumbersGoOnAfterASubscriberWasForgotten) {
  const KeptRecord first = MakeRecord("clusters/a", 1);
  const KeptRecord second = MakeRecord("clusters/a", 2);
  Keep(first);
  Keep(second);
  ASSERT_THAT(Append("subscribers/a", first), IsOk());
  ASSERT_THAT(ledger_->Write([](sql::Connection& connection) {
    return Inbox(connection).Forget("subscribers/a");
  }),
              IsOk());
  EXPECT_THAT(After("subscribers/a", 0, 10), testing::IsEmpty());
  EXPECT_THAT(Append("subscribers/a", second), IsOkAndHolds(2));
}

TEST(InboxSignalTest, WakesWhoWaitsForThatSubscriber) {
  InboxSignal signal;
  int woken = 0;
  {
    const InboxSignal::Waiter waiter(signal, "subscribers/a", [&] { ++woken; });
    signal.Notify("subscribers/b");
    EXPECT_EQ(woken, 0);
    signal.Notify("subscribers/a");
    EXPECT_EQ(woken, 1);
  }
  signal.Notify("subscribers/a");
  EXPECT_EQ(woken, 1);
}

}  // namespace
}  // namespace clusterwire::notification
