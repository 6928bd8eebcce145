#include <algorithm>
#include <map>

#include "absl/strings/str_cat.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/base/status/error.h"
#include "libs/base/testing/seed.h"
#include "libs/store/testing/store_test.h"

namespace clusterwire::store {
namespace {

using testing::Badge;
using testing::Club;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::MakeBadge;
using testing::MakeClub;
using ::testing::SizeIs;
using testing::StoreTest;

class LogTest : public StoreTest {
 protected:
  std::vector<int64_t> RevisionsAfter(Position after, int limit) {
    std::vector<int64_t> revisions;
    for (const Change& change : Log(after, limit)) {
      revisions.push_back(change.position.revision.value);
    }
    return revisions;
  }
  void PutMany(const std::vector<std::string>& ids) {
    ASSERT_THAT(store_->Write(MakeCall(),
                              [&](Writer& writer) {
                                for (const std::string& id : ids) {
                                  auto status = writer.Put(MakeClub(id), "put");
                                  if (!status.ok()) return status;
                                }
                                return absl::OkStatus();
                              }),
                IsOk());
  }
  void Compact(absl::Time horizon) {
    absl::StatusOr<bool> more = true;
    while (more.ok() && *more) more = store_->Compact(horizon);
    ASSERT_THAT(more, IsOk());
  }
  void Touch(const std::string& name) {
    Club club = *Get<Club>(name);
    club.set_title(club.title() + "x");
    MustPut(club);
  }
};
INSTANTIATE_TEST_SUITE_P(Both, LogTest, sql::kBothDatabases, sql::DialectName);

TEST_P(LogTest, WhatWasTouchedIsNamedInTheLogsOrderAndPageByPage) {
  PutMany({"a", "b"});
  PutMany({"c"});
  Touch("clubs/a");
  std::vector<std::string> names;
  Position after;
  while (true) {
    const auto touched = store_->Touched(after, 2);
    ASSERT_THAT(touched, IsOk());
    if (touched->empty()) break;
    for (const TouchedName& one : *touched) {
      EXPECT_EQ(one.type, "club");
      names.push_back(one.name);
    }
    after = touched->back().position;
  }
  EXPECT_THAT(names, ElementsAre("clubs/a", "clubs/b", "clubs/c", "clubs/a"));
  EXPECT_THAT(store_->Touched({{100}, 0}, 2), ReasonIs("FUTURE_REVISION"));
}

TEST_P(LogTest, RevisionsComeWholeHoweverSmallTheLimit) {
  PutMany({"a"});
  PutMany({"b", "c", "d"});
  PutMany({"e"});
  EXPECT_THAT(RevisionsAfter({}, 1), ElementsAre(1));
  EXPECT_THAT(RevisionsAfter({}, 2), ElementsAre(1));
  EXPECT_THAT(RevisionsAfter({}, 4), ElementsAre(1, 2, 2, 2));
  EXPECT_THAT(RevisionsAfter({{1}, 1}, 1), ElementsAre(2, 2, 2));
  EXPECT_THAT(RevisionsAfter({{2}, 1}, 1), ElementsAre(2, 2));
  EXPECT_THAT(RevisionsAfter({{2}, 3}, 10), ElementsAre(3));
  EXPECT_THAT(RevisionsAfter({{3}, 1}, 10), IsEmpty());
}

TEST_P(LogTest, ChangesAreReadWithoutImagesForThoseWhoLookAtFactsAlone) {
  MustPut(MakeClub("a"));
  const auto changes = store_->Changes({}, 10, Images::kLeftOut);
  ASSERT_THAT(changes, IsOk());
  ASSERT_EQ(changes->size(), 1u);
  EXPECT_EQ(changes->front().after, nullptr);
  EXPECT_EQ(changes->front().facts_after, Log().front().facts_after);
  EXPECT_NE(Log().front().after, nullptr);
}

TEST_P(LogTest, FactsAreReadOfAllThatHaveSomeAtOneRevision) {
  std::map<std::string, std::string> expected;
  for (int i = 0; i < 1200; i += 300) {  // more than a page
    ASSERT_THAT(
        store_->Write(MakeCall(),
                      [&](Writer& writer) -> absl::Status {
                        for (int j = i; j < i + 300; ++j) {
                          RETURN_IF_ERROR(writer.Put(MakeClub(absl::StrCat("c", j)), "put"));
                        }
                        return absl::OkStatus();
                      }),
        IsOk());
  }
  for (int i = 0; i < 1200; ++i) {
    const std::string name = absl::StrCat("clubs/c", i);
    expected[name] = FactsOf(name).value();
  }
  Club gone = *Get<Club>("clubs/c7");
  testing::Delete(clock_.Now(), gone.mutable_delete_time());
  MustPut(gone);
  expected.erase("clubs/c7");
  std::map<std::string, std::string> found;
  std::string last;
  const auto revision =
      store_->ReadFacts([&](const std::string& name, const std::string& facts) -> absl::Status {
        EXPECT_LT(last, name);
        last = name;
        found[name] = facts;
        return absl::OkStatus();
      });
  ASSERT_THAT(revision, IsOk());
  EXPECT_EQ(*revision, *store_->revision());
  EXPECT_EQ(found, expected);
}

TEST_P(LogTest, ARevisionThatIsNotThereYetIsOutOfRange) {
  PutMany({"a"});
  const auto changes = store_->Changes({{2}, 0}, 10);
  EXPECT_THAT(changes, StatusIs(absl::StatusCode::kOutOfRange));
  EXPECT_THAT(changes, ReasonIs("FUTURE_REVISION"));
}

TEST_P(LogTest, ChangesAreCountedFromOnePlaceToAnotherAndFoundByTheirTime) {
  EXPECT_EQ(*store_->FirstSince(absl::InfinitePast()), std::nullopt);
  const absl::Time begun = clock_.Now();
  for (int i = 0; i < 3; ++i) {
    PutMany({absl::StrCat("c", i)});
    clock_.Advance(absl::Hours(1));
  }
  EXPECT_EQ(*store_->CountChanges({}, EndOf({3})), 3);
  EXPECT_EQ(*store_->CountChanges(EndOf({1}), EndOf({2})), 1);
  EXPECT_EQ(*store_->CountChanges(EndOf({3}), EndOf({3})), 0);
  EXPECT_EQ((*store_->FirstSince(begun))->value, 1);
  EXPECT_EQ((*store_->FirstSince(begun + absl::Minutes(1)))->value, 2);
  EXPECT_EQ((*store_->FirstSince(begun + absl::Hours(2)))->value, 3);
  EXPECT_EQ(*store_->FirstSince(clock_.Now()), std::nullopt);
}

TEST_P(LogTest, TheHistoryOfAResourceComesNewestFirst) {
  PutMany({"a", "b"});
  Touch("clubs/a");
  Touch("clubs/b");
  Touch("clubs/a");
  const auto history = store_->HistoryOf("clubs/a", {}, 2);
  ASSERT_THAT(history, IsOk());
  ASSERT_THAT(*history, SizeIs(2));
  EXPECT_EQ((*history)[0].position.revision, Revision{4});
  EXPECT_EQ((*history)[1].position.revision, Revision{2});
  EXPECT_THAT(*store_->HistoryOf("clubs/a", Revision{2}, 10), SizeIs(1));
}

TEST_P(LogTest, TheChangesOfANameAreItsOwnAndThoseUnderIt) {
  PutMany({"a", "a-b", "b"});
  MustPut(MakeBadge("clubs/a", "x", "gold"));
  MustPut(MakeBadge("clubs/b", "x", "gold"));
  const auto of = [this](std::vector<std::string> names, Position after, int limit) {
    std::vector<std::string> found;
    const auto changes = store_->ChangesOf(names, after, limit);
    EXPECT_THAT(changes, IsOk());
    for (const Change& change : *changes) {
      found.push_back(absl::StrCat(change.position.revision.value, " ", change.name));
    }
    return found;
  };
  EXPECT_THAT(of({"clubs/a"}, {}, 10), ElementsAre("1 clubs/a", "2 clubs/a/badges/x", "2 clubs/a"));
  EXPECT_THAT(of({"clubs/a"}, {{1}, 1}, 1), ElementsAre("2 clubs/a/badges/x"));
  EXPECT_THAT(of({"clubs/a"}, {{2}, 1}, 10), ElementsAre("2 clubs/a"));
  EXPECT_THAT(of({"clubs/b/badges/x"}, {}, 10), ElementsAre("3 clubs/b/badges/x"));
  EXPECT_THAT(of({"clubs/b", "clubs/a"}, {}, 2), ElementsAre("1 clubs/a", "1 clubs/b"));
  EXPECT_THAT(of({"clubs/b", "clubs/a", "clubs/a/badges/x"}, {{1}, 3}, 10),
              ElementsAre("2 clubs/a/badges/x", "2 clubs/a", "3 clubs/b/badges/x", "3 clubs/b"));
  EXPECT_THAT(of({"clubs/nothing"}, {}, 10), IsEmpty());
  EXPECT_THAT(store_->ChangesOf({"clubs/a"}, {{9}, 0}, 10), ReasonIs("FUTURE_REVISION"));
}

TEST_P(LogTest, WhatCompactionRemovesIsFoundUnderNoName) {
  PutMany({"a"});
  Touch("clubs/a");
  ASSERT_THAT(Put(MakeBadge("clubs/a", "x", "gold")), IsOk());
  ASSERT_THAT(Purge("clubs/a/badges/x"), IsOk());
  clock_.Advance(absl::Hours(1));
  Compact(clock_.Now());
  const auto filed = (*database_->Acquire())->Query("SELECT name FROM change_name");
  ASSERT_THAT(filed, IsOk());
  ASSERT_EQ(filed->rows.size(), 1u);
  EXPECT_EQ(filed->rows[0].Text(0), "clubs/a");
}

TEST_P(LogTest, ANewHistoryIsWrittenFromThenOn) {
  PutMany({"a"});
  const std::string first = *store_->history();
  const std::string second = *store_->StartNewHistory(EndOf(*store_->revision()));
  EXPECT_NE(first, second);
  PutMany({"b"});
  const std::vector<Change> log = Log();
  EXPECT_EQ(log[0].history, first);
  EXPECT_EQ(log[1].history, second);
  Open();
  EXPECT_EQ(*store_->history(), second);
}

TEST_P(LogTest, TwoNewHistoriesAtOneRevisionLeaveTheLast) {
  ASSERT_THAT(store_->StartNewHistory({}), IsOk());
  const std::string last = *store_->StartNewHistory({});
  EXPECT_EQ(*store_->history(), last);
}

TEST_P(LogTest, WhatWasNotSentYetBelongsToTheNewHistoryToo) {
  PutMany({"a"});
  const std::string first = *store_->history();
  PutMany({"b"});
  const std::string second = *store_->StartNewHistory({{1}, 1});
  const std::vector<Change> log = Log();
  EXPECT_EQ(log[0].history, first);
  EXPECT_EQ(log[1].history, second);
}

TEST_P(LogTest, CompactionKeepsTheNewestRowOfEachNameBelowTheHorizon) {
  PutMany({"a", "b"});
  Touch("clubs/a");
  Touch("clubs/a");
  clock_.Advance(absl::Hours(1));
  const absl::Time horizon = clock_.Now();
  Touch("clubs/a");
  Compact(horizon);
  EXPECT_THAT(*store_->HistoryOf("clubs/a", {}, 10), SizeIs(2));
  EXPECT_THAT(*store_->HistoryOf("clubs/b", {}, 10), SizeIs(1));
  EXPECT_THAT(store_->Changes({}, 10), ReasonIs("REVISION_COMPACTED"));
  EXPECT_EQ(ErrorInfoOf(store_->Changes({}, 10).status()).metadata().at("whole_above"), "3");
  EXPECT_THAT(store_->Changes({{2}, 1}, 10), StatusIs(absl::StatusCode::kOutOfRange));
  EXPECT_THAT(RevisionsAfter({{3}, 1}, 10), ElementsAre(4));
}

TEST_P(LogTest, CompactionNeverPassesACursor) {
  PutMany({"a"});
  for (int i = 0; i < 4; ++i) Touch("clubs/a");
  auto cursor = *store_->cursors().Acquire("relay", "me", absl::Minutes(1));
  cursor.position = {{2}, 1};
  ASSERT_THAT(store_->cursors().Move(cursor), IsOk());
  clock_.Advance(absl::Hours(1));
  Compact(clock_.Now());
  EXPECT_THAT(*store_->HistoryOf("clubs/a", {}, 10), SizeIs(4));
  EXPECT_THAT(RevisionsAfter(cursor.position, 10), ElementsAre(3, 4, 5));
}

TEST_P(LogTest, CompactionLeavesWhatAReaderHasNotHadOfARevision) {
  PutMany({"a", "b"});
  ASSERT_THAT(store_->Write(MakeCall(),
                            [](Writer& writer) {
                              const absl::Status status = writer.Purge("clubs/a", "purged");
                              return status.ok() ? writer.Purge("clubs/b", "purged") : status;
                            }),
              IsOk());
  auto cursor = *store_->cursors().Acquire("relay", "me", absl::Minutes(1));
  cursor.position = {{2}, 1};
  ASSERT_THAT(store_->cursors().Move(cursor), IsOk());
  clock_.Advance(absl::Hours(1));
  Compact(clock_.Now());
  EXPECT_THAT(RevisionsAfter(cursor.position, 10), ElementsAre(2));
  cursor.position = {{2}, 2};
  ASSERT_THAT(store_->cursors().Move(cursor), IsOk());
  Compact(clock_.Now());
  EXPECT_THAT(*store_->HistoryOf("clubs/b", {}, 10), IsEmpty());
}

// However small the pages and wherever the horizons fell before.
TEST_P(LogTest, CompactionLeavesOfEachNameTheNewestBelowTheHorizonAndAllAbove) {
  Open({.compact_page = 2});
  SeededRandom dice(TestSeed());
  std::map<std::string, std::vector<int64_t>> expected;
  std::vector<absl::Time> times(1);  // of each revision
  absl::Time horizon = absl::InfinitePast();
  for (int write = 0; write < 120; ++write) {
    const std::string id(1, static_cast<char>('a' + dice.Below(6)));
    const std::string name = "clubs/" + id;
    clock_.Advance(absl::Seconds(1));
    if (!Get<Club>(name).ok()) {
      PutMany({id});
    } else if (dice.Below(4) == 0) {
      ASSERT_THAT(Purge(name), IsOk());
    } else {
      Touch(name);
    }
    expected[name].push_back((*store_->revision()).value);
    times.push_back(clock_.Now());
    if (dice.Below(15) != 0) continue;

    horizon = clock_.Now() - absl::Seconds(static_cast<int64_t>(dice.Below(20)));
    Compact(horizon);
    for (auto& [each, revisions] : expected) {
      const auto above = std::find_if(revisions.begin(), revisions.end(), [&](int64_t revision) {
        return times[static_cast<size_t>(revision)] >= horizon;
      });
      const bool purged = above == revisions.end() && !Get<Club>(each).ok();
      revisions.erase(revisions.begin(), above == revisions.begin() || purged ? above : above - 1);
      std::vector<int64_t> left;
      const auto history = store_->HistoryOf(each, {}, 1000);
      ASSERT_THAT(history, IsOk());
      for (const Change& change : *history) {
        left.insert(left.begin(), change.position.revision.value);
      }
      EXPECT_EQ(left, revisions) << each << " after write " << write;
    }
  }
}

TEST_P(LogTest, CompactionForgetsOldRequestIdsHoweverMany) {
  ASSERT_THAT(Put(MakeClub("a"), MakeCall("id")), IsOk());
  ASSERT_THAT((*database_->Acquire())
                  ->Execute("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE "
                            "i < 2500) INSERT INTO request(caller, request_id, method, digest, "
                            "revision, name, answer, time) SELECT 'somebody', 'id ' || i, '', '', "
                            "1, '', NULL, 0 FROM n"),
              IsOk());
  clock_.Advance(absl::Hours(25));
  Compact(clock_.Now());
  EXPECT_EQ((*database_->Acquire())->Query("SELECT 1 FROM request")->rows.size(), 0u);
}

class TimerTest : public StoreTest {
 protected:
  Badge Expiring(absl::Duration in) {
    Badge badge = MakeBadge("clubs/a", "b", "gold");
    badge.mutable_expires()->set_seconds(absl::ToUnixSeconds(clock_.Now() + in));
    return badge;
  }
};
INSTANTIATE_TEST_SUITE_P(Both, TimerTest, sql::kBothDatabases, sql::DialectName);

TEST_P(TimerTest, ATimerFallsDueAtItsTime) {
  MustPut(MakeClub("a"));
  MustPut(Expiring(absl::Hours(1)));
  EXPECT_THAT(*store_->DueTimers(clock_.Now(), 10), IsEmpty());
  clock_.Advance(absl::Hours(1));
  Open();
  const auto due = *store_->DueTimers(clock_.Now(), 10);
  ASSERT_THAT(due, SizeIs(1));
  EXPECT_EQ(due[0].name, "clubs/a/badges/b");
  EXPECT_EQ(due[0].timer.what, "lapse");
  EXPECT_EQ(due[0].timer.time, clock_.Now());
  ASSERT_THAT(store_->DropTimer(due[0]), IsOk());
  EXPECT_THAT(*store_->DueTimers(clock_.Now(), 10), IsEmpty());
}

TEST_P(TimerTest, WhatIsPastWhenRecordedFiresNothing) {
  MustPut(MakeClub("a"));
  MustPut(Expiring(-absl::Hours(1)));
  EXPECT_THAT(*store_->DueTimers(clock_.Now(), 10), IsEmpty());
}

TEST_P(TimerTest, AnEditKeepsADueTimerAndARenewalWithdrawsIt) {
  MustPut(MakeClub("a"));
  Badge badge = MustPut(Expiring(absl::Hours(1)));
  clock_.Advance(absl::Hours(2));
  badge.set_level("silver");
  badge = MustPut(badge);
  EXPECT_THAT(*store_->DueTimers(clock_.Now(), 10), SizeIs(1));
  *badge.mutable_expires() = Expiring(absl::Hours(1)).expires();
  MustPut(badge);
  EXPECT_THAT(*store_->DueTimers(clock_.Now(), 10), IsEmpty());
  EXPECT_THAT(*store_->DueTimers(clock_.Now() + absl::Hours(1), 10), SizeIs(1));
}

TEST_P(TimerTest, ATimerIsDroppedInTheTransactionThatItCaused) {
  MustPut(MakeClub("a"));
  MustPut(Expiring(absl::Hours(1)));
  clock_.Advance(absl::Hours(1));
  const DueTimer due = store_->DueTimers(clock_.Now(), 10)->front();
  const auto fire = [&](absl::Status end) {
    return store_->Write(MakeCall(), [&, end](Writer& writer) {
      writer.DropTimer(due.name, due.timer);
      return end;
    });
  };
  EXPECT_THAT(fire(absl::CancelledError("no")), StatusIs(absl::StatusCode::kCancelled));
  EXPECT_THAT(*store_->DueTimers(clock_.Now(), 10), SizeIs(1));
  EXPECT_THAT(fire(absl::OkStatus()), IsOk());
  EXPECT_THAT(*store_->DueTimers(clock_.Now(), 10), IsEmpty());
}

TEST_P(TimerTest, ADeletedResourceHasNone) {
  MustPut(MakeClub("a"));
  Badge badge = MustPut(Expiring(absl::Hours(1)));
  testing::Delete(clock_.Now(), badge.mutable_delete_time());
  MustPut(badge);
  EXPECT_THAT(*store_->DueTimers(clock_.Now() + absl::Hours(2), 10), IsEmpty());
}

}  // namespace
}  // namespace clusterwire::store
