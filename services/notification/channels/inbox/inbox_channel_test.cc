#include "services/notification/channels/inbox/inbox_channel.h"

#include <atomic>
#include <vector>

#include "absl/strings/str_cat.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/base/status/error.h"
#include "libs/base/testing/fake_clock.h"
#include "libs/base/testing/status_matchers.h"
#include "libs/sql/testing/faulty_database.h"
#include "services/notification/channels/testing/jobs.h"
#include "services/notification/ledger/inbox/inbox.h"
#include "services/notification/ledger/testing/rows.h"

namespace clusterwire::notification {
namespace {

class InboxChannelTest : public LedgerTest {
 protected:
  std::shared_ptr<const Job> MakeJob(int64_t revision) {
    Job job = LabelAwardedJob();
    KeptRecord record = *job.record;
    record.change.set_revision(revision);
    record.id = absl::StrCat("h:", revision, ":1");
    Keep(record);
    job.record = std::make_shared<const KeptRecord>(record);
    job.delivery.change_id = record.id;
    job.delivery.name = DeliveryName(job.delivery.subscription, record.id);
    job.delivery.endpoint = "subscribers/newsletter/endpoints/inbox";
    return std::make_shared<const Job>(std::move(job));
  }
  // As the dispatcher does it: the try, then its record.
  static absl::Status Send(Ledger& ledger, Channel& channel,
                           const std::shared_ptr<const Job>& job) {
    bool done = false;
    channel.Send(job, absl::InfiniteDuration(),
                 [&](const Outcome& outcome) { done = std::holds_alternative<Done>(outcome); });
    EXPECT_TRUE(done);
    RETURN_IF_ERROR(ledger.Write(
        [&](sql::Connection& connection) { return channel.Write(connection, {job}); }));
    channel.Written(*job);
    return absl::OkStatus();
  }
  std::vector<v1::InboxItem> Items() {
    auto items = ledger_->Read([](sql::Connection& connection) {
      return Inbox(connection).After("subscribers/newsletter", 0, 100);
    });
    EXPECT_THAT(items, IsOk());
    return *std::move(items);
  }

  InboxSignal signal_;
  FakeClock clock_;
};
INSTANTIATE_TEST_SUITE_P(Both, InboxChannelTest, sql::kBothDatabases, sql::DialectName);

TEST_P(InboxChannelTest, PutsTheWholeNoticeIntoTheInboxAndWakesItsReader) {
  std::atomic<int> woken = 0;
  const InboxSignal::Waiter waiter(signal_, "subscribers/newsletter", [&] { ++woken; });
  {
    InboxChannel channel(signal_, clock_);
    EXPECT_THAT(Send(*ledger_, channel, MakeJob(8)), IsOk());
  }
  EXPECT_EQ(woken, 1);
  ASSERT_THAT(Items(), testing::SizeIs(1));
  const v1::InboxItem item = Items()[0];
  EXPECT_EQ(item.sequence(), 1);
  EXPECT_EQ(item.title(), "Silver (ECEI) for Silicon Saxony – the label was awarded");
  EXPECT_EQ(item.transition(), v1::TRANSITION_ENTERED);
  EXPECT_EQ(item.reasons_size(), 2);
  EXPECT_EQ(item.change().kind(), "label.awarded");
  EXPECT_TRUE(item.has_time());
}

TEST_P(InboxChannelTest, ADatabaseThatIsAwayMeansAnotherTry) {
  sql::FaultyDatabase faulty(*database_);
  auto ledger = Ledger::Open(faulty);
  ASSERT_THAT(ledger, IsOk());
  InboxChannel channel(signal_, clock_);
  const auto job = MakeJob(8);
  faulty.Inject({.fragment = "INSERT INTO inbox_item", .status = absl::UnavailableError("away")});
  EXPECT_THAT(Send(**ledger, channel, job), StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_THAT(Items(), testing::IsEmpty());
  EXPECT_THAT(Send(**ledger, channel, job), IsOk());
  EXPECT_EQ(Items()[0].sequence(), 1);  // the failed one left no gap
}

}  // namespace
}  // namespace clusterwire::notification
