#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/store/tables/tables.h"
#include "libs/store/testing/store_test.h"

namespace clusterwire::store {
namespace {

using testing::Badge;
using ::testing::ElementsAre;
using testing::MakeBadge;
using testing::MakeClub;
using ::testing::SizeIs;
using testing::StoreTest;

class SchemaTest : public StoreTest {
 protected:
  // Takes the tables back to what the first release made of them.
  void BackToFirst() {
    store_.reset();
    const sql::Lease connection = *database_->Acquire();
    for (const char* statement : {
             "CREATE TABLE reader(name TEXT PRIMARY KEY, revision BIGINT NOT NULL, ordinal BIGINT "
             "NOT NULL, partitions BIGINT NOT NULL, lease_holder TEXT NOT NULL, lease_epoch BIGINT "
             "NOT NULL, lease_end BIGINT NOT NULL)",
             "INSERT INTO reader SELECT name, revision, ordinal, 12, lease_holder, lease_epoch, "
             "lease_end FROM cursor",
             "INSERT INTO reader VALUES('store.compacted', 0, 0, 1, '', 0, 0)",
             "INSERT INTO reader VALUES('store.facts.wanted', 5, 0, 0, '', 0, 0)",
             "INSERT INTO reader VALUES('store.facts.done', 6, 0, 7, '', 0, 0)",
             "DROP TABLE cursor",
             "DROP TABLE setting",
             "DROP TABLE change_name",
             "DROP TABLE stale",
             "ALTER TABLE timer ADD COLUMN use_by BIGINT NOT NULL DEFAULT 0",
             "UPDATE schema_version SET version = 1 WHERE component = 'store'",
         }) {
      ASSERT_THAT(connection->Execute(statement), IsOk()) << statement;
    }
  }
};
INSTANTIATE_TEST_SUITE_P(Both, SchemaTest, sql::kBothDatabases, sql::DialectName);

TEST_P(SchemaTest, ADatabaseOfTheFirstReleaseComesUpWithAllItHeld) {
  MustPut(MakeClub("a"));
  Badge badge = MakeBadge("clubs/a", "b", "gold");
  badge.mutable_expires()->set_seconds(absl::ToUnixSeconds(clock_.Now() + absl::Hours(1)));
  MustPut(badge);
  Cursor cursor = *store_->cursors().Acquire("relay", "me", absl::Minutes(1));
  cursor.position = {{1}, 1};
  ASSERT_THAT(store_->cursors().Move(cursor), IsOk());
  BackToFirst();
  Open();

  const Cursor kept = *store_->cursors().Get("relay");
  EXPECT_EQ(kept.position, cursor.position);
  EXPECT_EQ(kept.holder, "me");
  EXPECT_EQ(kept.epoch, cursor.epoch);
  EXPECT_EQ(kept.lease_end, cursor.lease_end);
  EXPECT_THAT(store_->cursors().Get("store.compacted"), StatusIs(absl::StatusCode::kNotFound));
  const std::pair<const char*, int64_t> settings[] = {{"relay.partitions", 12},
                                                      {"log.whole_above", 0},
                                                      {"log.compacted_to", 1},
                                                      {"facts.codes_revision", 5},
                                                      {"facts.refreshed_codes_revision", 6},
                                                      {"facts.refreshed_version", 7}};
  for (const auto& [name, value] : settings) EXPECT_EQ(*store_->Setting(name), value) << name;
  EXPECT_THAT(*store_->DueTimers(clock_.Now() + absl::Hours(1), 10), SizeIs(1));
  MustPut(MakeClub("b"));
}

TEST_P(SchemaTest, ChangesOfTheFirstReleaseAreFoundByName) {
  MustPut(MakeClub("a"));
  MustPut(MakeBadge("clubs/a", "b", "gold"));
  BackToFirst();
  Open();
  MustPut(MakeBadge("clubs/a", "c", "gold"));
  const auto changes = store_->ChangesOf({"clubs/a"}, {}, 10);
  ASSERT_THAT(changes, IsOk());
  std::vector<std::string> names;
  for (const Change& change : *changes) names.push_back(change.name);
  EXPECT_THAT(names,
              ElementsAre("clubs/a", "clubs/a/badges/b", "clubs/a", "clubs/a/badges/c", "clubs/a"));
}

}  // namespace
}  // namespace clusterwire::store
