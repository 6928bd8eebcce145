#include <atomic>
#include <set>
#include <thread>

#include "absl/strings/str_cat.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/base/testing/eventually.h"
#include "libs/store/testing/store_test.h"

namespace clusterwire::store {
namespace {

using testing::Club;
using testing::MakeClub;
using ::testing::SizeIs;
using testing::StoreTest;

class GroupCommitTest : public StoreTest {
 protected:
  // Runs `bodies` as one group: all of them wait while a first write holds the lead.
  std::vector<absl::StatusOr<Written>> WriteTogether(const std::vector<Store::Body>& bodies) {
    std::vector<absl::StatusOr<Written>> results(bodies.size(), absl::UnknownError("not run"));
    std::vector<std::thread> threads;
    const auto hold = store_->Write(MakeCall(), [&](Writer&) -> absl::Status {
      if (!threads.empty()) return absl::OkStatus();
      for (size_t i = 0; i < bodies.size(); ++i) {
        threads.emplace_back([&, i] { results[i] = store_->Write(MakeCall(), bodies[i]); });
        // One after the other, so that the group has this order.
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
        while (store_->counters().waiting <= static_cast<int64_t>(i) &&
               std::chrono::steady_clock::now() < deadline) {
          std::this_thread::yield();
        }
      }
      return absl::OkStatus();
    });
    EXPECT_THAT(hold, IsOk());
    for (std::thread& thread : threads) thread.join();
    return results;
  }
  static Store::Body Putting(std::string id) {
    return [id](Writer& writer) { return writer.Put(MakeClub(id), "put"); };
  }
};
INSTANTIATE_TEST_SUITE_P(Both, GroupCommitTest, sql::kBothDatabases, sql::DialectName);

TEST_P(GroupCommitTest, ConcurrentWritersGetDistinctConsecutiveRevisions) {
  constexpr int kThreads = 16;
  constexpr int kWrites = 10;
  Mutex mutex;
  std::set<int64_t> revisions;
  std::vector<std::thread> threads;
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&, thread] {
      for (int i = 0; i < kWrites; ++i) {
        const auto written = Put(MakeClub(absl::StrCat(thread, "-", i)));
        EXPECT_THAT(written, IsOk());
        MutexLock lock(mutex);
        revisions.insert(written->revision.value);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(revisions.size(), size_t{kThreads * kWrites});
  EXPECT_EQ(*revisions.begin(), 1);
  EXPECT_EQ(*revisions.rbegin(), kThreads * kWrites);
  EXPECT_LT(store_->counters().groups, kThreads * kWrites);
  int64_t expected = 0;
  for (const Change& change : Log()) EXPECT_EQ(change.position.revision.value, ++expected);
  EXPECT_EQ(expected, kThreads * kWrites);
}

TEST_P(GroupCommitTest, WaitingWritesShareATransactionAndSeeTheirForerunners) {
  const auto results = WriteTogether({
      Putting("a"),
      [](Writer& writer) -> absl::Status {
        EXPECT_THAT(writer.Get<Club>("clubs/a"), IsOk());
        return absl::CancelledError("refused");
      },
      [](Writer& writer) -> absl::Status {
        absl::StatusOr<Club> club = writer.Get<Club>("clubs/a");
        if (!club.ok()) return club.status();
        club->set_title("second");
        return writer.Put(*club, "put");
      },
  });
  EXPECT_EQ(results[0]->revision, Revision{1});
  EXPECT_THAT(results[1], StatusIs(absl::StatusCode::kCancelled));
  EXPECT_EQ(results[2]->revision, Revision{2});
  EXPECT_EQ(store_->counters().groups, 2);  // the holder's and theirs
  EXPECT_EQ(Get<Club>("clubs/a")->title(), "second");
}

TEST_P(GroupCommitTest, ADataErrorRefusesOneWriteAndNotItsNeighbours) {
  const auto results = WriteTogether({Putting("a"), Putting(std::string("b\0c", 3)), Putting("d")});
  EXPECT_THAT(results[0], IsOk());
  EXPECT_THAT(results[1], StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(results[2], IsOk());
  EXPECT_EQ(*store_->revision(), Revision{2});
  EXPECT_THAT(Log(), SizeIs(2));
}

TEST_P(GroupCommitTest, ADataErrorThatABodySwallowsStillRefusesIt) {
  const auto results = WriteTogether({Putting("a"), [](Writer& writer) -> absl::Status {
                                        EXPECT_THAT(writer.Get<Club>(std::string("clubs/\0", 7)),
                                                    StatusIs(absl::StatusCode::kInvalidArgument));
                                        return writer.Put(MakeClub("b"), "put");
                                      }});
  EXPECT_THAT(results[0], IsOk());
  EXPECT_THAT(results[1], StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(Get<Club>("clubs/b"), StatusIs(absl::StatusCode::kNotFound));
}

TEST_P(GroupCommitTest, AStorageErrorFailsTheGroup) {
  faulty_->Inject({"INSERT INTO change", absl::ResourceExhaustedError("disk full"),
                   /*after=*/false, /*skip=*/0});
  const auto results = WriteTogether({Putting("a"), Putting("b"), Putting("c")});
  for (const auto& result : results) {
    EXPECT_THAT(result, StatusIs(absl::StatusCode::kResourceExhausted));
  }
  EXPECT_EQ(*store_->revision(), Revision{0});
  EXPECT_THAT(Log(), SizeIs(0));
  EXPECT_EQ(store_->counters().failed, 3);
  EXPECT_THAT(Put(MakeClub("a")), IsOk());
}

TEST_P(GroupCommitTest, AFailedCommitRefusesEverybodyAndTheNextWorks) {
  faulty_->Inject({"COMMIT", absl::UnavailableError("lost"), /*after=*/false, /*skip=*/0});
  EXPECT_THAT(Put(MakeClub("a")), StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_EQ(*store_->revision(), Revision{0});
  EXPECT_EQ(Put(MakeClub("a"))->revision, Revision{1});
}

TEST_P(GroupCommitTest, EveryStatementMayFailAndLeavesNothingHalfDone) {
  MustPut(MakeClub("a"));
  const Revision before = *store_->revision();
  for (int skip = 0;; ++skip) {
    faulty_->Inject({"", absl::UnavailableError("lost"), /*after=*/false, skip});
    const auto written = Put(testing::MakeBadge("clubs/a", absl::StrCat("b", skip), "gold"));
    if (faulty_->pending() != 0) {
      EXPECT_THAT(written, IsOk());
      EXPECT_GT(skip, 8);
      break;
    }
    EXPECT_THAT(written, StatusIs(absl::StatusCode::kUnavailable));
    EXPECT_EQ(*store_->revision(), before);
    EXPECT_THAT(Log(), SizeIs(1));
    EXPECT_EQ(FactsOf("clubs/a"), "a");
  }
}

TEST_P(GroupCommitTest, MoreWaitingWritesThanTheLimitAreRefusedAndCounted) {
  Open({.waiting_limit = 0});
  const auto refused = Put(MakeClub("a"));
  EXPECT_THAT(refused, ReasonIs("WRITES_WAITING"));
  EXPECT_THAT(refused, StatusIs(absl::StatusCode::kResourceExhausted));
  EXPECT_EQ(store_->counters().overloaded, 1);
}

TEST_P(GroupCommitTest, OneThreadBringsManyWritesAndHearsOfEachBehindItsCommit) {
  constexpr int kMany = 30;
  std::atomic<int> heard = 0;
  const auto bring = [&](Writer&) -> absl::Status {
    for (int i = 0; i < kMany; ++i) {
      store_->Write(MakeCall(), Putting(absl::StrCat("c", i)),
                    [&](const absl::StatusOr<Written>& written) {
                      EXPECT_THAT(written, IsOk());
                      EXPECT_LE(written->revision, *store_->revision());
                      ++heard;
                    });
    }
    return absl::OkStatus();
  };
  ASSERT_THAT(store_->Write(MakeCall(), bring), IsOk());
  EXPECT_TRUE(Eventually([&] { return heard == kMany; }));
  EXPECT_EQ(*store_->revision(), Revision{kMany});
  EXPECT_EQ(store_->counters().groups, 2);  // that of `bring` and theirs
}

TEST_P(GroupCommitTest, AWriteThatMeetsNoOtherIsAnsweredBeforeItReturns) {
  bool heard = false;
  store_->Write(MakeCall(), Putting("a"), [&](const absl::StatusOr<Written>& written) {
    EXPECT_THAT(written, IsOk());
    heard = true;
  });
  EXPECT_TRUE(heard);
}

TEST_P(GroupCommitTest, TheStoreEndsBehindAllThatWasBrought) {
  constexpr int kMany = 200;  // of several groups
  std::atomic<int> heard = 0;
  ASSERT_THAT(store_->Write(MakeCall(),
                            [&](Writer&) -> absl::Status {
                              for (int i = 0; i < kMany; ++i) {
                                store_->Write(MakeCall(), Putting(absl::StrCat("c", i)),
                                              [&](const absl::StatusOr<Written>&) { ++heard; });
                              }
                              return absl::OkStatus();
                            }),
              IsOk());
  store_.reset();
  EXPECT_EQ(heard, kMany);
}

TEST_P(GroupCommitTest, OneRequestIdTwiceInAGroupIsOneWrite) {
  std::vector<absl::StatusOr<Written>> results;
  Mutex mutex;
  const auto write = [&](const WriteOptions& call) {
    store_->Write(call, Putting("a"), [&](absl::StatusOr<Written> written) {
      MutexLock lock(mutex);
      results.push_back(std::move(written));
    });
  };
  ASSERT_THAT(store_->Write(MakeCall(),
                            [&](Writer&) -> absl::Status {
                              write(MakeCall("one"));
                              write(MakeCall("one"));
                              WriteOptions other = MakeCall("one");
                              other.digest = "other content";
                              write(other);
                              return absl::OkStatus();
                            }),
              IsOk());
  ASSERT_TRUE(Eventually([&] {
    MutexLock lock(mutex);
    return results.size() == 3;
  }));
  EXPECT_FALSE(results[0]->replayed);
  EXPECT_TRUE(results[1]->replayed);
  EXPECT_EQ(results[0]->revision, results[1]->revision);
  EXPECT_THAT(results[2], ReasonIs("REQUEST_ID_REUSED"));
  EXPECT_THAT(Log(), SizeIs(1));
}

TEST_P(GroupCommitTest, APurgeTakesTheImagesOfWhatItsOwnGroupWrote) {
  const auto results = WriteTogether(
      {Putting("a"), [](Writer& writer) { return writer.Purge("clubs/a", "purged"); }});
  EXPECT_THAT(results[0], IsOk());
  EXPECT_THAT(results[1], IsOk());
  const std::vector<Change> log = Log();
  ASSERT_THAT(log, SizeIs(2));
  for (const Change& change : log) EXPECT_EQ(change.after, nullptr);
  EXPECT_EQ(log[0].facts_after, std::nullopt);
}

TEST_P(GroupCommitTest, AReaderNeverWaitsForAWriter) {
  MustPut(MakeClub("a"));
  ASSERT_THAT(store_->Write(MakeCall(),
                            [&](Writer& writer) -> absl::Status {
                              EXPECT_THAT(writer.Put(MakeClub("b"), "put"), IsOk());
                              const auto reader = store_->Read();
                              EXPECT_THAT(reader, IsOk());
                              EXPECT_EQ((*reader)->revision(), Revision{1});
                              EXPECT_THAT((*reader)->Get<Club>("clubs/b"),
                                          StatusIs(absl::StatusCode::kNotFound));
                              return absl::OkStatus();
                            }),
              IsOk());
}

TEST_P(GroupCommitTest, AReaderSeesOneRevision) {
  MustPut(MakeClub("a"));
  const auto reader = *store_->Read();
  Club club = *Get<Club>("clubs/a");
  club.set_title("new");
  MustPut(club);
  EXPECT_EQ(reader->revision(), Revision{1});
  EXPECT_EQ(reader->Get<Club>("clubs/a")->title(), "a");
  EXPECT_EQ((*store_->Read())->revision(), Revision{2});
}

TEST_P(GroupCommitTest, AReaderOfAFutureRevisionIsToldSoAtOnce) {
  const auto early = store_->Read(Revision{1});
  EXPECT_THAT(early, StatusIs(absl::StatusCode::kOutOfRange));
  EXPECT_THAT(early, ReasonIs("FUTURE_REVISION"));
  MustPut(MakeClub("a"));
  EXPECT_THAT(store_->Read(Revision{1}), IsOk());
}

}  // namespace
}  // namespace clusterwire::store
