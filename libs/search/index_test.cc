#include "libs/search/index.h"

#include <atomic>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/base/testing/fake_clock.h"
#include "libs/base/testing/status_matchers.h"

namespace clusterwire::search {
namespace {

FactsUpdate Cluster(int64_t number) {
  Facts facts;
  facts.set_type("cluster");
  return {absl::StrCat("clusters/c", number), facts};
}

TEST(IndexTest, StartsEmptyAtRevisionZero) {
  FakeClock clock;
  const Index index(clock);
  EXPECT_EQ(index.Current()->revision, 0);
  EXPECT_EQ(index.Current()->snapshot->size(), 0u);
}

TEST(IndexTest, WhoHasASnapshotKeepsItsRevision) {
  FakeClock clock;
  Index index(clock);
  index.Apply(1, std::vector{Cluster(1)});
  const auto held = index.Current();
  index.Apply(2, std::vector{Cluster(2)});
  EXPECT_EQ(held->revision, 1);
  EXPECT_EQ(held->snapshot->size(), 1u);
  EXPECT_EQ(index.Current()->revision, 2);
  EXPECT_EQ(index.Current()->snapshot->size(), 2u);
}

TEST(IndexTest, WaitingForWhatIsThereDoesNotWait) {
  FakeClock clock;
  Index index(clock);
  index.Apply(3, {});
  const auto published = index.WaitFor(2, clock.Now());
  ASSERT_THAT(published, IsOk());
  EXPECT_EQ((*published)->revision, 3);
}

TEST(IndexTest, WaitingEndsWhenTheRevisionIsApplied) {
  FakeClock clock;
  Index index(clock);
  std::thread applier([&] {
    for (int64_t revision = 1; revision <= 5; ++revision) {
      index.Apply(revision, std::vector{Cluster(revision)});
    }
  });
  const auto published = index.WaitFor(5, clock.Now() + absl::Hours(1));
  applier.join();
  ASSERT_THAT(published, IsOk());
  EXPECT_EQ((*published)->snapshot->size(), 5u);
}

TEST(IndexTest, WaitingPastTheDeadlineIsUnavailable) {
  FakeClock clock;
  const Index index(clock);
  const auto published = index.WaitFor(1, clock.Now());
  EXPECT_THAT(published, StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_THAT(published, ReasonIs("INDEX_BEHIND"));
}

TEST(IndexTest, ReadersSeeRevisionsThatOnlyRiseAndAreWhole) {
  FakeClock clock;
  Index index(clock, {.overlay_limit = 10});
  std::atomic<bool> done = false;
  std::vector<std::thread> readers;
  for (int i = 0; i < 3; ++i) {
    readers.emplace_back([&] {
      int64_t last = 0;
      while (!done) {
        const auto current = index.Current();
        EXPECT_GE(current->revision, last);
        EXPECT_EQ(current->snapshot->size(), static_cast<size_t>(current->revision));
        last = current->revision;
      }
    });
  }
  for (int64_t revision = 1; revision <= 300; ++revision) {
    index.Apply(revision, std::vector{Cluster(revision)});
  }
  done = true;
  for (std::thread& reader : readers) reader.join();
}

}  // namespace
}  // namespace clusterwire::search
