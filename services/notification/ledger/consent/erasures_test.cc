#include "services/notification/ledger/consent/erasures.h"

#include <gmock/gmock.h>

#include "libs/base/testing/status_matchers.h"
#include "services/notification/ledger/balance.h"
#include "services/notification/ledger/inbox/inbox.h"
#include "services/notification/ledger/testing/rows.h"

namespace clusterwire::notification {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const absl::Time kNow = absl::FromUnixSeconds(1'800'000'000);

class ErasuresTest : public LedgerTest {
 protected:
  void Erase(const std::string& subscriber, int limit) {
    absl::StatusOr<bool> more = true;
    for (int round = 0; more.ok() && *more; ++round) {
      ASSERT_LT(round, 100) << "it ends";
      more = ledger_->Write([&](sql::Connection& connection) {
        return Erasures(connection).Erase(subscriber, limit);
      });
      ASSERT_THAT(more, IsOk());
    }
  }
};
INSTANTIATE_TEST_SUITE_P(Both, ErasuresTest, sql::kBothDatabases, sql::DialectName);

TEST_P(ErasuresTest, NothingOfTheSubscriberIsLeftAndTheBalanceStands) {
  for (int i = 1; i <= 7; ++i) {
    const KeptRecord record = MakeRecord("clusters/a", i);
    const PendingDelivery mine = MakeDelivery(record, "subscribers/x/subscriptions/y");
    Keep(record, {mine, MakeDelivery(record, "subscribers/x-2/subscriptions/y")});
    DeliveryResult result{.delivery = mine.name,
                          .state = v1::Delivery::STATE_DEAD,
                          .reason = "550 no anna here",
                          .time = kNow};
    result.attempt.emplace();
    result.attempt->set_number(1);
    result.attempt->set_detail("550 no anna here");
    SetResult(result);
    v1::InboxItem item;
    item.set_delivery(mine.name);
    ASSERT_THAT(ledger_->Write([&](sql::Connection& connection) {
      return Inbox(connection)
          .Append({{.subscriber = "subscribers/x", .change_id = record.id, .item = item}});
    }),
                IsOk());
  }
  const auto before =
      ledger_->Read([](sql::Connection& connection) { return Balance(connection).OfAll(); });
  ASSERT_THAT(before, IsOk());
  Erase("subscribers/x", 3);
  EXPECT_THAT(List({.parent = "subscribers/x"}), IsEmpty());
  EXPECT_EQ(List({.parent = "subscribers/x-2"}).size(), 7u) << "another's stays";
  const auto left = ledger_->Read([](sql::Connection& connection) {
    return connection.Query(
        "SELECT (SELECT COUNT(*) FROM attempt WHERE detail <> ''),"
        " (SELECT COUNT(*) FROM delivery WHERE reason LIKE '%anna%'),"
        " (SELECT COUNT(*) FROM inbox_item), (SELECT COUNT(*) FROM inbox)");
  });
  ASSERT_THAT(left, IsOk());
  for (size_t i = 0; i < left->rows[0].size(); ++i) EXPECT_EQ(left->rows[0].Int(i), 0) << i;
  const auto after =
      ledger_->Read([](sql::Connection& connection) { return Balance(connection).OfAll(); });
  ASSERT_THAT(after, IsOk());
  EXPECT_EQ(after->dead(), before->dead());
  EXPECT_EQ(after->difference(), before->difference());
}

TEST_P(ErasuresTest, AnErasureIsKnownUntilItIsDoneAndAnAddressUntilItIsLifted) {
  const std::vector<std::string> keys = {std::string(16, 'a'), std::string(16, '\0')};
  const auto unfinished =
      ledger_->Write([&](sql::Connection& connection) -> absl::StatusOr<std::vector<Erasing>> {
        Erasures erasures(connection);
        RETURN_IF_ERROR(erasures.Begin({"subscribers/x", kNow, keys}));
        RETURN_IF_ERROR(erasures.Begin({"subscribers/x", kNow + absl::Hours(1), {}}));
        RETURN_IF_ERROR(erasures.Begin({"subscribers/y", kNow, {}}));
        RETURN_IF_ERROR(erasures.Finish("subscribers/y"));
        return erasures.Unfinished(10);
      });
  ASSERT_THAT(unfinished, IsOk());
  ASSERT_EQ(unfinished->size(), 1u);
  EXPECT_EQ(unfinished->front().subscriber, "subscribers/x");
  EXPECT_EQ(unfinished->front().since, kNow);
  EXPECT_EQ(unfinished->front().address_keys, keys);
  const auto remembered =
      ledger_->Write([&](sql::Connection& connection) -> absl::StatusOr<std::vector<absl::Time>> {
        Erasures erasures(connection);
        RETURN_IF_ERROR(erasures.Remember("key", kNow));
        ASSIGN_OR_RETURN(const absl::Time known, erasures.RemembersSince("key"));
        ASSIGN_OR_RETURN(const absl::Time other, erasures.RemembersSince("other"));
        RETURN_IF_ERROR(erasures.Lift("key"));
        ASSIGN_OR_RETURN(const absl::Time lifted, erasures.RemembersSince("key"));
        return std::vector<absl::Time>{known, other, lifted};
      });
  ASSERT_THAT(remembered, IsOk());
  EXPECT_THAT(*remembered, ElementsAre(kNow, absl::InfinitePast(), absl::InfinitePast()));
}

}  // namespace
}  // namespace clusterwire::notification
