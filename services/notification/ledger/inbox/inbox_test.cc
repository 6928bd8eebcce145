#include "services/notification/ledger/inbox/inbox.h"

#include <algorithm>
#include <atomic>
#include <thread>

#include "absl/strings/str_cat.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/base/testing/status_matchers.h"
#include "libs/sql/testing/faulty_database.h"
#include "services/notification/ledger/testing/rows.h"

namespace clusterwire::notification {
namespace {

class InboxTest : public LedgerTest {
 protected:
  static InboxEntry EntryOf(const std::string& subscriber, const KeptRecord& record,
                            v1::Transition transition = v1::TRANSITION_ENTERED) {
    InboxEntry entry{.subscriber = subscriber, .change_id = record.id, .time = record.received};
    entry.item.set_transition(transition);
    entry.item.set_delivery(DeliveryName(subscriber + "/subscriptions/x", record.id));
    entry.item.set_title(record.id);
    *entry.item.mutable_change() = record.change;
    return entry;
  }
  absl::Status Append(std::vector<InboxEntry> entries) {
    return ledger_->Write(
        [&](sql::Connection& connection) { return Inbox(connection).Append(std::move(entries)); });
  }
  absl::Status Append(const std::string& subscriber, const KeptRecord& record,
                      v1::Transition transition = v1::TRANSITION_ENTERED) {
    return Append({EntryOf(subscriber, record, transition)});
  }
  // So many of one record, numbered from where the inbox stands.
  void Fill(const std::string& subscriber, const KeptRecord& record, int64_t count) {
    EXPECT_THAT(
        Append(std::vector<InboxEntry>(static_cast<size_t>(count), EntryOf(subscriber, record))),
        IsOk());
  }
  InboxSummary Summary(const std::string& subscriber, absl::Time since = absl::UnixEpoch()) {
    auto summary = ledger_->Read(
        [&](sql::Connection& connection) { return Inbox(connection).Summary(subscriber, since); });
    EXPECT_THAT(summary, IsOk());
    return *std::move(summary);
  }
  int64_t Unread(const std::string& subscriber) {
    int64_t unread = 0;
    for (const auto& [seen_by, count] : Summary(subscriber).unread) unread += count;
    return unread;
  }
  void MarkRead(const std::string& subscriber, int64_t through,
                const std::vector<int64_t>& single = {}) {
    EXPECT_THAT(ledger_->Write([&](sql::Connection& connection) -> absl::Status {
      RETURN_IF_ERROR(Inbox(connection).MarkReadThrough(subscriber, through));
      return Inbox(connection).MarkRead(subscriber, single);
    }),
                IsOk());
  }
  int64_t Rows(const std::string& table) {
    const auto count = ledger_->Read([&](sql::Connection& connection) {
      return connection.Query("SELECT COUNT(*) FROM " + table);
    });
    EXPECT_THAT(count, IsOk());
    return count->rows.at(0).Int(0);
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
  ASSERT_THAT(Append("subscribers/a", first), IsOk());
  ASSERT_THAT(Append({EntryOf("subscribers/b", first), EntryOf("subscribers/a", second),
                      EntryOf("subscribers/b", second)}),
              IsOk());
  for (const char* subscriber : {"subscribers/a", "subscribers/b"}) {
    const std::vector<v1::InboxItem> items = After(subscriber, 0, 10);
    ASSERT_THAT(items, testing::SizeIs(2));
    EXPECT_EQ(items[0].sequence(), 1);
    EXPECT_EQ(items[0].title(), first.id);
    EXPECT_EQ(items[1].sequence(), 2);
    EXPECT_EQ(items[1].title(), second.id);
  }
}

TEST_P(InboxTest, ManyInboxesGetTheirItemsInFewStatements) {
  const KeptRecord record = MakeRecord("clusters/a", 1);
  Keep(record);
  sql::FaultyDatabase counting(*database_);
  const auto ledger = Ledger::Open(counting);
  ASSERT_THAT(ledger, IsOk());
  counting.TakeStatements();
  std::vector<InboxEntry> entries;
  for (int i = 0; i < 1024; ++i) {
    entries.push_back(EntryOf(absl::StrCat("subscribers/", i), record));
  }
  ASSERT_THAT((*ledger)->Write(
                  [&](sql::Connection& connection) { return Inbox(connection).Append(entries); }),
              IsOk());
  EXPECT_LE(counting.TakeStatements().size(), 10u);
  EXPECT_THAT(After("subscribers/1023", 0, 10), testing::SizeIs(1));
}

TEST_P(InboxTest, CountsWhatIsUnreadAndMarksItUpToAPlaceAndSingly) {
  const KeptRecord record = MakeRecord("clusters/a", 1);
  Keep(record);
  EXPECT_EQ(Unread("subscribers/a"), 0);
  Fill("subscribers/a", record, 10);
  Fill("subscribers/b", record, 2);
  MarkRead("subscribers/a", 3, {5, 7, 2, 99, -1});
  EXPECT_EQ(Unread("subscribers/a"), 5);
  EXPECT_EQ(Unread("subscribers/b"), 2);
  std::vector<bool> read;
  for (const v1::InboxItem& item : After("subscribers/a", 0, 10)) read.push_back(item.read());
  EXPECT_THAT(
      read, testing::ElementsAre(true, true, true, false, true, false, true, false, false, false));
  EXPECT_EQ(Rows("inbox_read"), 2) << "what isn't there, or was read, needs no mark";
  MarkRead("subscribers/a", 6, {8});
  MarkRead("subscribers/a", 1);  // nothing becomes unread
  EXPECT_EQ(Unread("subscribers/a"), 2);
  EXPECT_EQ(Rows("inbox_read"), 2) << "of 7 and 8";
  MarkRead("subscribers/a", 10);
  EXPECT_EQ(Unread("subscribers/a"), 0);
  EXPECT_EQ(Rows("inbox_read"), 0);
  MarkRead("subscribers/a", 1'000'000);
  Fill("subscribers/a", record, 1);
  EXPECT_EQ(Unread("subscribers/a"), 1) << "a place that there isn't marks nothing to come";
}

TEST_P(InboxTest, CountsApartWhatNotEverybodySeesAndNothingOfAnEarlierSubscriber) {
  const KeptRecord record = MakeRecord("clusters/a", 1);
  Keep(record);
  InboxEntry hidden = EntryOf("subscribers/a", record);
  hidden.seen_by = " programmes/p ";
  hidden.time += absl::Hours(1);
  ASSERT_THAT(Append({EntryOf("subscribers/a", record), hidden}), IsOk());
  EXPECT_THAT(Summary("subscribers/a").unread,
              testing::ElementsAre(testing::Pair("", 1), testing::Pair(" programmes/p ", 1)));
  EXPECT_THAT(Summary("subscribers/a", hidden.time).unread,
              testing::ElementsAre(testing::Pair(" programmes/p ", 1)));
}

TEST_P(InboxTest, HoldsSoManyAndSaysHowManyUnreadOnesWent) {
  const KeptRecord record = MakeRecord("clusters/a", 1);
  Keep(record);
  Fill("subscribers/a", record, Inbox::kMostItems);
  EXPECT_LE(Rows("inbox_item"), Inbox::kMostItems);
  MarkRead("subscribers/a", Inbox::kDroppedAtOnce);
  MarkRead("subscribers/a", 0, {150});
  Fill("subscribers/a", record, 1000);
  EXPECT_LE(Rows("inbox_item"), Inbox::kMostItems);
  EXPECT_GT(Rows("inbox_item"), Inbox::kMostItems - 2 * Inbox::kDroppedAtOnce);
  EXPECT_EQ(Rows("inbox_read"), 0) << "of what went";
  const InboxSummary full = Summary("subscribers/a");
  EXPECT_EQ(full.dropped_since, record.received);
  const int64_t through = After("subscribers/a", 0, 1).at(0).sequence() - 1;
  EXPECT_EQ(full.dropped, through - Inbox::kDroppedAtOnce - 1) << "those that were unread";
  EXPECT_EQ(Unread("subscribers/a"), Rows("inbox_item"));
  MarkRead("subscribers/a", through - 1);
  EXPECT_EQ(Summary("subscribers/a").dropped, full.dropped);
  MarkRead("subscribers/a", through);
  EXPECT_EQ(Summary("subscribers/a").dropped, 0) << "who reads on behind it has noticed";
}

TEST_P(InboxTest, ThousandsThatHearTheSameAreNotAllCutByTheSameChange) {
  const KeptRecord record = MakeRecord("clusters/a", 1);
  Keep(record);
  sql::FaultyDatabase counting(*database_);
  const auto ledger = Ledger::Open(counting);
  ASSERT_THAT(ledger, IsOk());
  constexpr int kInboxes = 50;
  const auto append = [&](int64_t each) {
    std::vector<InboxEntry> entries;
    for (int i = 0; i < kInboxes; ++i) {
      for (int64_t j = 0; j < each; ++j) {
        entries.push_back(EntryOf(absl::StrCat("subscribers/", i), record));
      }
    }
    counting.TakeStatements();
    ASSERT_THAT((*ledger)->Write([&](sql::Connection& connection) {
      return Inbox(connection).Append(std::move(entries));
    }),
                IsOk());
  };
  ASSERT_THAT(ledger_->Write([](sql::Connection& connection) {
    return connection.Execute(
        "INSERT INTO inbox (subscriber, last_sequence) SELECT 'subscribers/' || n, 30000 FROM"
        " (WITH RECURSIVE count(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM count WHERE n < 49)"
        " SELECT n FROM count) numbers");
  }),
              IsOk());
  size_t most = 0;
  for (int change = 0; change < 20; ++change) {
    append(1);
    size_t cut = 0;
    for (const std::string& statement : counting.TakeStatements()) {
      cut += statement.starts_with("DELETE FROM inbox_item") ? 1 : 0;
    }
    most = std::max(most, cut);
  }
  EXPECT_LE(most, 10u);
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
  ASSERT_THAT(Append("subscribers/a", second), IsOk());
  EXPECT_EQ(After("subscribers/a", 0, 10).at(0).sequence(), 2);
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
