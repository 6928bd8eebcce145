#include "libs/store/log/cursors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/store/testing/store_test.h"

namespace clusterwire::store {
namespace {

using testing::StoreTest;

class CursorsTest : public StoreTest {
 protected:
  Cursors& cursors() { return store_->cursors(); }
};
INSTANTIATE_TEST_SUITE_P(Both, CursorsTest, sql::kBothDatabases, sql::DialectName);

TEST_P(CursorsTest, ANewCursorStandsBeforeTheFirstChange) {
  EXPECT_THAT(cursors().Get("relay"), StatusIs(absl::StatusCode::kNotFound));
  const auto cursor = cursors().Acquire("relay", "me", absl::Minutes(1));
  ASSERT_THAT(cursor, IsOk());
  EXPECT_EQ(cursor->position, Position{});
  EXPECT_EQ(cursor->epoch, 1);
  EXPECT_EQ(cursor->lease_end, clock_.Now() + absl::Minutes(1));
}

TEST_P(CursorsTest, AMoveSurvivesAReopening) {
  Cursor cursor = *cursors().Acquire("relay", "me", absl::Minutes(1));
  cursor.position = {{7}, 2};
  ASSERT_THAT(cursors().Move(cursor), IsOk());
  Open();
  const Cursor stored = *cursors().Get("relay");
  EXPECT_EQ(stored.position, (Position{{7}, 2}));
  EXPECT_EQ(stored.holder, "me");
}

TEST_P(CursorsTest, ALeaseKeepsOthersOutUntilItHasStoodUnchangedForOneLength) {
  Cursor mine = *cursors().Acquire("relay", "me", absl::Minutes(1));
  const auto held = cursors().Acquire("relay", "you", absl::Minutes(1));
  EXPECT_THAT(held, ReasonIs("LEASE_HELD"));
  EXPECT_THAT(held.status().message(), ::testing::HasSubstr("held by me"));
  EXPECT_EQ(ErrorInfoOf(held.status()).metadata().at("holder"), "me");
  EXPECT_EQ(ErrorInfoOf(held.status()).metadata().at("seconds"), "60");
  clock_.Advance(absl::Seconds(59));
  ASSERT_THAT(cursors().Renew(mine, absl::Minutes(1)), IsOk());
  EXPECT_THAT(cursors().Acquire("relay", "you", absl::Minutes(1)), ReasonIs("LEASE_HELD"));
  clock_.Advance(absl::Seconds(59));
  EXPECT_THAT(cursors().Acquire("relay", "you", absl::Minutes(1)), ReasonIs("LEASE_HELD"));
  clock_.Advance(absl::Seconds(1));
  EXPECT_EQ(cursors().Acquire("relay", "you", absl::Minutes(1))->epoch, 2);
}

TEST_P(CursorsTest, TheSameHolderNeedNotWait) {
  ASSERT_THAT(cursors().Acquire("relay", "me", absl::Minutes(1)), IsOk());
  EXPECT_EQ(cursors().Acquire("relay", "me", absl::Minutes(1))->epoch, 2);
}

TEST_P(CursorsTest, AHolderWhoseClockWasAheadKeepsNobodyOutForLonger) {
  const absl::Time now = clock_.Now();
  clock_.Set(now + absl::Hours(1));
  ASSERT_THAT(cursors().Acquire("relay", "ahead", absl::Minutes(1)), IsOk());
  clock_.Set(now);
  EXPECT_THAT(cursors().Acquire("relay", "you", absl::Minutes(1)), ReasonIs("LEASE_HELD"));
  clock_.Advance(absl::Minutes(1));
  EXPECT_THAT(cursors().Acquire("relay", "you", absl::Minutes(1)), IsOk());
}

TEST_P(CursorsTest, AHolderWhoseClockIsBehindKeepsItsLeaseWhileItRenewsIt) {
  FakeClock behind(clock_.Now() - absl::Hours(1));
  Cursors theirs(*database_, behind);
  Cursor held = *theirs.Acquire("relay", "behind", absl::Minutes(1));
  for (int minute = 0; minute < 3; ++minute) {
    EXPECT_THAT(cursors().Acquire("relay", "you", absl::Minutes(1)), ReasonIs("LEASE_HELD"));
    clock_.Advance(absl::Seconds(50));
    behind.Set(clock_.Now() - absl::Hours(2 + minute));  // and goes on being set back
    ASSERT_THAT(theirs.Renew(held, absl::Minutes(1)), IsOk());
  }
}

TEST_P(CursorsTest, ARenewalOnAClockThatStandsStillIsSeenToo) {
  FakeClock still(clock_.Now());
  Cursors theirs(*database_, still);
  Cursor held = *theirs.Acquire("relay", "still", absl::Minutes(1));
  EXPECT_THAT(cursors().Acquire("relay", "you", absl::Minutes(1)), ReasonIs("LEASE_HELD"));
  clock_.Advance(absl::Minutes(1));
  ASSERT_THAT(theirs.Renew(held, absl::Minutes(1)), IsOk());
  EXPECT_THAT(cursors().Acquire("relay", "you", absl::Minutes(1)), ReasonIs("LEASE_HELD"));
}

TEST_P(CursorsTest, WhoLostTheLeaseChangesNothing) {
  Cursor mine = *cursors().Acquire("relay", "me", absl::Minutes(1));
  ASSERT_THAT(cursors().Acquire("relay", "you", absl::Minutes(1)), ReasonIs("LEASE_HELD"));
  clock_.Advance(absl::Minutes(1));
  Cursor yours = *cursors().Acquire("relay", "you", absl::Minutes(1));
  mine.position = {{9}, 1};
  EXPECT_THAT(cursors().Move(mine), ReasonIs("LEASE_LOST"));
  EXPECT_THAT(cursors().Renew(mine, absl::Minutes(1)), ReasonIs("LEASE_LOST"));
  EXPECT_THAT(cursors().Release(mine), StatusIs(absl::StatusCode::kAborted));
  EXPECT_EQ(cursors().Get("relay")->position, Position{});
  EXPECT_THAT(cursors().Renew(yours, absl::Minutes(5)), IsOk());
  EXPECT_EQ(yours.lease_end, clock_.Now() + absl::Minutes(5));
}

TEST_P(CursorsTest, ACursorMovesForwardOnlyUnlessRewound) {
  Cursor cursor = *cursors().Acquire("relay", "me", absl::Minutes(1));
  cursor.position = {{5}, 1};
  ASSERT_THAT(cursors().Move(cursor), IsOk());
  cursor.position = {{4}, 1};
  EXPECT_THAT(cursors().Move(cursor), StatusIs(absl::StatusCode::kFailedPrecondition));
  ASSERT_THAT(cursors().Rewind("relay", {{2}, 0}), IsOk());
  EXPECT_EQ(cursors().Get("relay")->position, (Position{{2}, 0}));
  EXPECT_THAT(cursors().Move(cursor), ReasonIs("LEASE_LOST"));
  EXPECT_THAT(cursors().Rewind("nobody", {}), StatusIs(absl::StatusCode::kNotFound));
}

TEST_P(CursorsTest, ARewindSkipsNothing) {
  Cursor cursor = *cursors().Acquire("relay", "me", absl::Minutes(1));
  cursor.position = {{5}, 1};
  ASSERT_THAT(cursors().Move(cursor), IsOk());
  EXPECT_THAT(cursors().Rewind("relay", {{6}, 0}), StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_THAT(cursors().Move(cursor), IsOk()) << "what was refused has changed nothing";
}

TEST_P(CursorsTest, ARewindToWhatIsNoLongerKeptIsRefused) {
  Cursor cursor = *cursors().Acquire("relay", "me", absl::Minutes(1));
  cursor.position = {{9}, 1};
  ASSERT_THAT(cursors().Move(cursor), IsOk());
  ASSERT_THAT(store_->SetSetting("log.whole_above", 4), IsOk());
  EXPECT_THAT(cursors().Rewind("relay", {{3}, 0}), ReasonIs("REVISION_COMPACTED"));
  EXPECT_THAT(cursors().Rewind("relay", {{4}, 0}), IsOk());
}

TEST_P(CursorsTest, AReleasedLeaseIsFreeAtOnce) {
  const Cursor cursor = *cursors().Acquire("relay", "me", absl::Minutes(1));
  ASSERT_THAT(cursors().Release(cursor), IsOk());
  EXPECT_THAT(cursors().Acquire("relay", "you", absl::Minutes(1)), IsOk());
}

TEST_P(CursorsTest, ASettingThatIsKeptStaysWhatItFirstWas) {
  EXPECT_EQ(*store_->Setting("relay.partitions"), 0);
  EXPECT_EQ(*store_->KeepSetting("relay.partitions", 12), 12);
  EXPECT_EQ(*store_->KeepSetting("relay.partitions", 16), 12);
  Open();
  EXPECT_EQ(*store_->Setting("relay.partitions"), 12);
}

}  // namespace
}  // namespace clusterwire::store
