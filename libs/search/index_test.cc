#include "libs/search/index.h"

#include <atomic>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/base/testing/eventually.h"
#include "libs/search/testing/indexed.h"

namespace clusterwire::search {
namespace {

FactsUpdate Cluster(int64_t number) {
  return Update(absl::StrCat("clusters/c", number), "type: 'cluster'");
}

TEST(IndexTest, StartsEmptyAtRevisionZero) {
  const Index index;
  EXPECT_EQ(index.Current()->revision, 0);
  EXPECT_EQ(index.Current()->snapshot->size(), 0u);
}

TEST(IndexTest, WhoHasASnapshotKeepsItsRevision) {
  Index index;
  ASSERT_THAT(index.Apply(1, std::vector{Cluster(1)}), IsOk());
  const auto held = index.Current();
  ASSERT_THAT(index.Apply(2, std::vector{Cluster(2)}), IsOk());
  EXPECT_EQ(held->revision, 1);
  EXPECT_EQ(held->snapshot->size(), 1u);
  EXPECT_EQ(index.Current()->revision, 2);
  EXPECT_EQ(index.Current()->snapshot->size(), 2u);
}

TEST(IndexTest, EachRevisionIsToldOnceItCanBeRead) {
  std::vector<std::pair<int64_t, int64_t>> told;  // and what Current() showed then
  Index index([&](int64_t revision) { told.emplace_back(revision, index.Current()->revision); });
  ASSERT_THAT(index.Apply(1, std::vector{Cluster(1)}), IsOk());
  ASSERT_THAT(index.Apply(3, {}), IsOk());
  EXPECT_THAT(told, ::testing::ElementsAre(std::pair(1, 1), std::pair(3, 3)));
}

TEST(IndexTest, ReadersSeeRevisionsThatOnlyRiseAndAreWhole) {
  Index index(nullptr, kMergeOften);
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
    ASSERT_THAT(index.Apply(revision, std::vector{Cluster(revision)}), IsOk());
  }
  done = true;
  for (std::thread& reader : readers) reader.join();
}

TEST(IndexTest, WhatIsNoFactsChangesNothing) {
  Index index;
  ASSERT_THAT(index.Apply(1, std::vector{Cluster(1)}), IsOk());
  EXPECT_THAT(index.Apply(2, std::vector{Cluster(2), FactsUpdate{"clusters/c3", "\xFF"}}),
              StatusIs(absl::StatusCode::kDataLoss));
  EXPECT_EQ(index.Current()->revision, 1);
  EXPECT_EQ(index.Current()->snapshot->size(), 1u);
}

TEST(IndexTest, TheLastOfSeveralUpdatesOfOneResourceStays) {
  Index index;
  ASSERT_THAT(
      index.Apply(1, std::vector{Update("clusters/a", "size: 1"), Gone("clusters/a"),
                                 Update("clusters/a", "size: 3"), Cluster(1), Gone("clusters/c1")}),
      IsOk());
  EXPECT_THAT(Find(*index.Current()->snapshot, Asking("size { min: 3 }")),
              testing::ElementsAre("clusters/a"));
  EXPECT_EQ(index.Current()->snapshot->size(), 1u);
}

TEST(IndexTest, ManySmallSegmentsBecomeFew) {
  Index index;
  for (int64_t revision = 1; revision <= 2000; ++revision) {
    ASSERT_THAT(index.Apply(revision, std::vector{Cluster(revision)}), IsOk());
  }
  EXPECT_TRUE(Eventually([&] { return index.Current()->snapshot->segments() < 4 * 8; }));
  EXPECT_EQ(index.Current()->snapshot->size(), 2000u);
}

TEST(LoaderTest, AStartIsPublishedAtOnceAndAppliesGoOnFromThere) {
  std::vector<int64_t> told;
  Index index([&](int64_t revision) { told.push_back(revision); });
  Loader loader(index);
  for (int64_t i = 0; i < 20'000; ++i) loader.Add(Cluster(i));
  loader.Add(Update("clusters/here", "type: 'event'"));
  EXPECT_EQ(index.Current()->snapshot->size(), 0u);
  ASSERT_THAT(loader.Finish(7), IsOk());
  EXPECT_EQ(index.Current()->revision, 7);
  EXPECT_EQ(index.Current()->snapshot->size(), 20'001u);
  ASSERT_THAT(index.Apply(8, std::vector{Gone("clusters/c5")}), IsOk());
  EXPECT_EQ(index.Current()->snapshot->size(), 20'000u);
  EXPECT_THAT(Find(*index.Current()->snapshot, Asking("types: 'event'")),
              testing::ElementsAre("clusters/here"));
  EXPECT_THAT(told, testing::ElementsAre(7, 8));
}

// The merge of what was loaded takes many times as long as the changes beside it.
TEST(LoaderTest, WhatIsReplacedWhileALargeMergeRunsStaysReplaced) {
  constexpr int64_t kLoaded = 30'000;
  constexpr int64_t kGone = 100;
  Index index(nullptr, kMergeOften);
  Loader loader(index);
  for (int64_t i = 0; i < kLoaded; ++i) loader.Add(Cluster(i));
  ASSERT_THAT(loader.Finish(1), IsOk());
  for (int64_t i = 1; i <= kGone; ++i) {
    ASSERT_THAT(index.Apply(2 * i, std::vector{Gone(absl::StrCat("clusters/c", i))}), IsOk());
    ASSERT_THAT(index.Apply(2 * i + 1, std::vector{Update(absl::StrCat("clusters/c", kGone + i),
                                                          "type: 'event'")}),
                IsOk());
  }
  const auto size = [&] { return index.Current()->snapshot->size(); };
  EXPECT_EQ(size(), static_cast<size_t>(kLoaded - kGone));
  EXPECT_TRUE(Eventually([&] { return index.Current()->snapshot->segments() <= 8; }));
  EXPECT_EQ(size(), static_cast<size_t>(kLoaded - kGone));
  const auto total = [&](const char* filter) {
    return Found(*index.Current()->snapshot, Asking(filter), {}).total;
  };
  EXPECT_EQ(total("types: 'cluster'"), static_cast<size_t>(kLoaded - 2 * kGone));
  EXPECT_EQ(total("types: 'event'"), static_cast<size_t>(kGone));
}

TEST(LoaderTest, WhatIsNoFactsEndsTheStart) {
  Index index;
  Loader loader(index);
  loader.Add(Cluster(1));
  loader.Add({"clusters/c2", "\xFF"});
  EXPECT_THAT(loader.Finish(7), StatusIs(absl::StatusCode::kDataLoss));
  EXPECT_EQ(index.Current()->revision, 0);
}

}  // namespace
}  // namespace clusterwire::search
