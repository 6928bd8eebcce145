#include "services/notification/ledger/records/records.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/base/testing/status_matchers.h"
#include "services/notification/ledger/testing/rows.h"

namespace clusterwire::notification {
namespace {

class RecordsTest : public LedgerTest {
 protected:
  MatchProgress KeepOpen(const KeptRecord& record) {
    auto progress = ledger_->Write(
        [&](sql::Connection& connection) { return Records(connection).Keep(record); });
    EXPECT_THAT(progress, IsOk());
    return progress->value_or(MatchProgress());
  }
  bool Note(const change::v1::ResourceChanged& change) {
    auto newest = ledger_->Write(
        [&](sql::Connection& connection) { return Records(connection).NoteNewest(change); });
    EXPECT_THAT(newest, IsOk());
    return newest.value_or(false);
  }
};
INSTANTIATE_TEST_SUITE_P(Both, RecordsTest, sql::kBothDatabases, sql::DialectName);

TEST_P(RecordsTest, AKeptRecordIsReadAsItWas) {
  const KeptRecord record = MakeRecord("clusters/a", 7);
  KeepOpen(record);
  const auto loaded = ledger_->Read(
      [&](sql::Connection& connection) { return Records(connection).Load(record.id); });
  ASSERT_THAT(loaded, IsOk());
  EXPECT_EQ(loaded->change.SerializeAsString(), record.change.SerializeAsString());
  EXPECT_EQ(loaded->trace, record.trace);
  EXPECT_EQ(loaded->received, record.received);
}

TEST_P(RecordsTest, KeptAgainItSaysHowFarItIs) {
  const KeptRecord record = MakeRecord("clusters/a", 7);
  EXPECT_FALSE(KeepOpen(record).closed);
  ASSERT_THAT(ledger_->Write([&](sql::Connection& connection) {
    return Records(connection)
        .SetProgress(record.id, {.matched = 3, .through = "subscribers/x", .closed = true});
  }),
              IsOk());
  const MatchProgress progress = KeepOpen(record);
  EXPECT_TRUE(progress.closed);
  EXPECT_EQ(progress.matched, 3);
  EXPECT_EQ(progress.through, "subscribers/x");
}

TEST_P(RecordsTest, AnUnknownRecordIsNotFound) {
  EXPECT_THAT(
      ledger_->Read([](sql::Connection& connection) { return Records(connection).Load("h:1:1"); }),
      StatusIs(absl::StatusCode::kNotFound));
}

TEST_P(RecordsTest, ARecordBehindTheNewestOfItsHistoryIsSuperseded) {
  EXPECT_TRUE(Note(MakeRecord("clusters/a", 5).change));
  EXPECT_FALSE(Note(MakeRecord("clusters/a", 4).change));
  EXPECT_TRUE(Note(MakeRecord("clusters/a", 5).change));
  EXPECT_TRUE(Note(MakeRecord("clusters/b", 4).change));
  change::v1::ResourceChanged restored = MakeRecord("clusters/a", 2).change;
  restored.set_history_id("another");
  EXPECT_TRUE(Note(restored));
}

TEST_P(RecordsTest, ALateRecordDoesNotUnhideAResource) {
  change::v1::ResourceChanged hidden = MakeRecord("clusters/a", 5).change;
  hidden.mutable_after()->mutable_audience()->add_members("programmes/p");
  Note(hidden);
  Note(MakeRecord("clusters/a", 4).change);
  EXPECT_EQ(SeenBy("clusters/a"), " programmes/p ");
  Note(MakeRecord("clusters/a", 6).change);
  EXPECT_EQ(SeenBy("clusters/a"), "");
}

TEST_P(RecordsTest, ARecordWithoutImagesLeavesWhoSeesTheResourceAsItWas) {
  change::v1::ResourceChanged hidden = MakeRecord("clusters/a", 5).change;
  hidden.mutable_after()->mutable_audience()->add_members("programmes/p");
  Note(hidden);
  Note(MakeRecord("clusters/b", 6).change);
  int64_t revision = 6;
  for (const char* name : {"clusters/a", "clusters/b", "clusters/never-heard-of"}) {
    change::v1::ResourceChanged purged = MakeRecord(name, ++revision).change;
    purged.clear_after();
    EXPECT_TRUE(Note(purged));
  }
  EXPECT_EQ(SeenBy("clusters/a"), " programmes/p ");
  EXPECT_EQ(SeenBy("clusters/b"), "");
  EXPECT_EQ(SeenBy("clusters/never-heard-of"), " ");
}

TEST_P(RecordsTest, WhatAnOlderReleaseKnewToBeHiddenIsSeenByOperatorsAlone) {
  Note(MakeRecord("clusters/hidden", 1).change);
  Note(MakeRecord("clusters/open", 2).change);
  Downgrade(7,
            "ALTER TABLE record DROP COLUMN seen_by;"
            "ALTER TABLE newest_record DROP COLUMN seen_by;"
            "ALTER TABLE newest_record ADD COLUMN hidden INTEGER NOT NULL DEFAULT 0;"
            "UPDATE newest_record SET hidden = 1 WHERE name = 'clusters/hidden';");
  ASSERT_THAT(Ledger::Open(*database_), IsOk());
  EXPECT_EQ(SeenBy("clusters/hidden"), " ");
  EXPECT_EQ(SeenBy("clusters/open"), "");
}

TEST_P(RecordsTest, APositionIsWhatItWasLastMovedTo) {
  const kafka::TopicPartition partition{"changes", 3};
  const auto find = [&] {
    return ledger_->Read(
        [&](sql::Connection& connection) { return TopicPositions(connection).Find(partition); });
  };
  EXPECT_EQ(*find(), std::nullopt);
  for (const int64_t offset : {10, 20}) {
    ASSERT_THAT(ledger_->Write([&](sql::Connection& connection) {
      return TopicPositions(connection)
          .Move(partition, {.next_offset = offset,
                            .digest = {'\0', '\1'},
                            .history = "h",
                            .revision = 7,
                            .since = absl::FromUnixSeconds(1)});
    }),
                IsOk());
  }
  // What could not be read says nothing of changes.
  ASSERT_THAT(ledger_->Write([&](sql::Connection& connection) {
    return TopicPositions(connection).Move(partition, {.next_offset = 20, .digest = {'\0', '\1'}});
  }),
              IsOk());
  const auto position = find();
  ASSERT_THAT(position, IsOk());
  ASSERT_TRUE(position->has_value());
  EXPECT_EQ((*position)->next_offset, 20);
  EXPECT_EQ((*position)->digest, std::string({'\0', '\1'}));
  EXPECT_EQ((*position)->history, "h");
  EXPECT_EQ((*position)->revision, 7);
  EXPECT_EQ((*position)->since, absl::FromUnixSeconds(1));
  EXPECT_EQ((*position)->passed, 0);
  ASSERT_THAT(ledger_->Write([&](sql::Connection& connection) {
    return TopicPositions(connection).Pass(partition, 23);
  }),
              IsOk());
  EXPECT_EQ((*find())->passed, 23);
  EXPECT_EQ((*find())->next_offset, 20);
}

}  // namespace
}  // namespace clusterwire::notification
