#include "libs/search/index.h"

#include <atomic>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace clusterwire::search {
namespace {

FactsUpdate Cluster(int64_t number) {
  Facts facts;
  facts.set_type("cluster");
  return {absl::StrCat("clusters/c", number), facts};
}

TEST(IndexTest, StartsEmptyAtRevisionZero) {
  const Index index;
  EXPECT_EQ(index.Current()->revision, 0);
  EXPECT_EQ(index.Current()->snapshot->size(), 0u);
}

TEST(IndexTest, WhoHasASnapshotKeepsItsRevision) {
  Index index;
  index.Apply(1, std::vector{Cluster(1)});
  const auto held = index.Current();
  index.Apply(2, std::vector{Cluster(2)});
  EXPECT_EQ(held->revision, 1);
  EXPECT_EQ(held->snapshot->size(), 1u);
  EXPECT_EQ(index.Current()->revision, 2);
  EXPECT_EQ(index.Current()->snapshot->size(), 2u);
}

TEST(IndexTest, EachRevisionIsToldOnceItCanBeRead) {
  std::vector<std::pair<int64_t, int64_t>> told;  // and what Current() showed then
  Index index([&](int64_t revision) { told.emplace_back(revision, index.Current()->revision); });
  index.Apply(1, std::vector{Cluster(1)});
  index.Apply(3, {});
  EXPECT_THAT(told, ::testing::ElementsAre(std::pair(1, 1), std::pair(3, 3)));
}

TEST(IndexTest, ReadersSeeRevisionsThatOnlyRiseAndAreWhole) {
  Index index(nullptr, /*overlay_limit=*/10);
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
