#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/base/testing/seed.h"
#include "libs/base/testing/status_matchers.h"
#include "libs/change/record.h"
#include "services/notification/ingest/testing/intake_fixture.h"
#include "services/notification/ingest/testing/messages.h"

namespace clusterwire::notification {
namespace {

// Few rows in a transaction, so that most records take several.
class IntakePropertyTest : public IntakeFixture {
 protected:
  IntakePropertyTest() : IntakeFixture({.rows = 3, .in_hand = 4}) {}

  // Subscriptions that by the definition are to hear of the change.
  std::set<std::string> Expected(const change::v1::ResourceChanged& change) {
    std::set<std::string> names;
    store_.interests->ForEach(change,
                              [&](const v1::Subscription& subscription, filter::Transition) {
                                names.insert(subscription.name());
                              });
    return names;
  }
  void ExpectExactlyOneRowEach(const std::vector<change::v1::ResourceChanged>& changes) {
    size_t rows = 0;
    for (const change::v1::ResourceChanged& change : changes) {
      std::multiset<std::string> got;
      for (const v1::Delivery& delivery : List({.change = change::IdOf(change), .limit = 1000})) {
        got.insert(delivery.subscription());
      }
      const std::set<std::string> expected = Expected(change);
      EXPECT_THAT(got, testing::ElementsAreArray(expected)) << change.ShortDebugString();
      rows += expected.size();
    }
    const v1::GetBalanceResponse balance = AddUp();
    EXPECT_EQ(balance.matched(), static_cast<int64_t>(rows));
    EXPECT_EQ(balance.difference(), 0);
  }

  SeededRandom random_{TestSeed()};
};
INSTANTIATE_TEST_SUITE_P(Both, IntakePropertyTest, sql::kBothDatabases, sql::DialectName);

TEST_P(IntakePropertyTest, ReplaysAndReorderingsGiveOneRowEachAndTheLedgerBalances) {
  const std::vector<std::string> states = {"", "published", "draft"};
  const std::vector<std::string> wanted = {"", "published"};  // drafts are seen by no subscription
  const std::vector<std::string> kinds = {"cluster.created", "cluster.updated", "cluster.deleted"};
  for (int i = 0; i < 8; ++i) {
    std::vector<std::string> named;
    if (random_.Below(2) == 0) named.push_back(kinds[random_.Below(kinds.size())]);
    Subscribe(absl::StrCat("s", i), wanted[random_.Below(wanted.size())], named);
  }
  std::vector<change::v1::ResourceChanged> changes;
  std::vector<kafka::ReceivedMessage> messages;
  for (int revision = 1; revision <= 20; ++revision) {
    changes.push_back(ClusterChange(
        absl::StrCat("c", random_.Below(3)), revision, kinds[random_.Below(kinds.size())],
        states[random_.Below(states.size())], states[random_.Below(states.size())]));
    messages.push_back(MessageOf(changes.back(), revision));
  }
  // Everything at least once, in an order of its own, in batches of any size, each perhaps twice.
  for (size_t i = messages.size(); i > 1; --i) {
    std::swap(messages[i - 1], messages[random_.Below(i)]);
  }
  for (size_t begin = 0; begin < messages.size();) {
    const size_t end = std::min(messages.size(), begin + 1 + random_.Below(6));
    const std::vector<kafka::ReceivedMessage> batch(
        messages.begin() + static_cast<std::ptrdiff_t>(begin),
        messages.begin() + static_cast<std::ptrdiff_t>(end));
    ASSERT_THAT(Take(batch), IsOk());
    if (random_.Below(3) == 0) {
      ASSERT_THAT(Take(batch), IsOk());
    }
    begin = random_.Below(4) == 0 && begin > 0 ? begin - 1 : end;
  }
  ExpectExactlyOneRowEach(changes);
}

TEST_P(IntakePropertyTest, KilledAtAnyStatementNothingIsLostAndNothingDoubled) {
  for (int i = 0; i < 8; ++i) Subscribe(absl::StrCat("s", i), "");
  std::vector<change::v1::ResourceChanged> changes;
  int64_t revision = 0;
  for (const bool after : {false, true}) {
    for (int skip = 0;; ++skip) {
      std::vector<kafka::ReceivedMessage> batch;
      for (int i = 0; i < 2; ++i) {
        ++revision;
        changes.push_back(ClusterChange("a", revision, "cluster.updated", "draft", "published"));
        batch.push_back(MessageOf(changes.back(), revision));
      }
      faulty_.Inject({.fragment = "",
                      .status = absl::UnavailableError("killed"),
                      .after = after,
                      .skip = skip});
      const absl::Status first = Take(batch);
      const bool struck = faulty_.pending() == 0;
      EXPECT_EQ(first.ok(), !struck);
      if (struck) {
        ASSERT_THAT(Take(batch), IsOk());
      }
      if (!struck) {
        // It was not reached: the batch is over. Let it strike where it does no harm.
        (void)faulty_ledger_->Read([&](sql::Connection& connection) {
          absl::Status status;
          while (status.ok()) status = connection.Execute("SELECT 1");
          return status;
        });
        break;
      }
    }
  }
  EXPECT_GT(changes.size(), 40u);  // it did strike many times
  ExpectExactlyOneRowEach(changes);
}

}  // namespace
}  // namespace clusterwire::notification
