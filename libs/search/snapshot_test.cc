#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/base/testing/seed.h"
#include "libs/base/testing/status_matchers.h"
#include "libs/filter/testing/random_facts.h"
#include "libs/search/ranking.h"
#include "libs/search/testing/indexed.h"

namespace clusterwire::search {
namespace {

using filter::Viewer;
using testing::AllOf;
using testing::ElementsAre;
using testing::ElementsAreArray;
using testing::IsEmpty;

TEST(SnapshotTest, AnEarlierSnapshotKeepsWhatItHad) {
  Index index;
  const auto snapshot = [&] { return index.Current()->snapshot; };
  const auto empty = snapshot();
  ASSERT_THAT(index.Apply(1, std::vector{Update("clusters/a", "type: 'cluster' size: 1")}), IsOk());
  const auto one = snapshot();
  ASSERT_THAT(index.Apply(2, std::vector{Update("clusters/a", "type: 'cluster' size: 2"),
                                         Update("clusters/b", "type: 'cluster' size: 2")}),
              IsOk());
  const auto two = snapshot();
  ASSERT_THAT(index.Apply(3, std::vector{Gone("clusters/a"), Gone("clusters/never")}), IsOk());
  const auto three = snapshot();
  const Predicate large = Asking("size { min: 2 }");
  EXPECT_THAT(Find(*empty, Asking("")), IsEmpty());
  EXPECT_THAT(Find(*one, large), IsEmpty());
  EXPECT_THAT(Find(*two, large), ElementsAre("clusters/a", "clusters/b"));
  EXPECT_THAT(Find(*three, large), ElementsAre("clusters/b"));
  EXPECT_EQ(two->size(), 2u);
  EXPECT_EQ(three->size(), 1u);
}

TEST(SnapshotTest, WhatIsFoundIsShownAsItWasGiven) {
  SeededRandom random(TestSeed());
  std::map<std::string, Facts> all;
  std::vector<FactsUpdate> updates;
  // Enough for a segment that keeps once what many have.
  for (int i = 0; i < 5000; ++i) {
    Facts facts = filter::RandomFacts(random);
    facts.set_name(absl::StrCat("clusters/c", i));
    updates.push_back(Update(facts.name(), facts));
    all[facts.name()] = facts;
  }
  const auto snapshot = SnapshotOf(updates);
  SearchOptions options{.limit = kMaxPage};
  size_t shown = 0;
  for (bool more = true; more;) {
    const Page page = Found(*snapshot, Asking("", Viewer::Operator()), options);
    for (const Hit& hit : page.hits) {
      ++shown;
      EXPECT_EQ(hit.facts.SerializeAsString(), all[hit.facts.name()].SerializeAsString());
    }
    more = page.more;
    options.after = page.hits.back().position;
  }
  EXPECT_EQ(shown, all.size());
}

// In each order, pages put together are all hits, each once, and in order.
TEST(SearchTest, PagesTogetherAreAllHitsEachOnce) {
  SeededRandom random(TestSeed());
  Index index(nullptr, kMergeOften);
  std::vector<FactsUpdate> updates;
  for (int i = 0; i < 400; ++i) {
    updates.push_back(Update(absl::StrCat("clusters/c", i), filter::RandomFacts(random)));
    if (random.Below(9) != 0 && i < 399) continue;
    ASSERT_THAT(index.Apply(i, updates), IsOk());
    updates.clear();
  }
  const auto snapshot = index.Current()->snapshot;
  for (const Order order : {Order::kRelevance, Order::kDistance, Order::kTime, Order::kTitle}) {
    for (const char* words : {"", "photonik health*", "o*"}) {
      SearchOptions options{
          .order = order, .origin = filter::LatLng{52.5, 13.4}, .limit = 1 + random.Below(12)};
      const Predicate predicate = Asking(absl::StrCat("words: '", words, "'"), Viewer::Operator());
      const size_t all = Find(*snapshot, predicate).size();
      std::vector<std::string> names;
      std::vector<PageEnd> positions;
      Page page;
      do {
        page = Found(*snapshot, predicate, options);
        EXPECT_EQ(page.total, all);
        for (const Hit& hit : page.hits) {
          names.push_back(hit.facts.name());
          positions.push_back(hit.position);
        }
        if (!positions.empty()) options.after = positions.back();
      } while (page.more);
      EXPECT_TRUE(
          std::is_sorted(positions.begin(), positions.end(), [](const auto& a, const auto& b) {
            return std::tie(a.key, a.name) < std::tie(b.key, b.name);
          }));
      std::sort(names.begin(), names.end());
      EXPECT_EQ(std::unique(names.begin(), names.end()), names.end());
      EXPECT_EQ(names.size(), all);
    }
  }
}

class OrderTest : public testing::Test {
 protected:
  std::vector<std::string> Ordered(const SearchOptions& options) {
    return NamesOf(Found(*snapshot_, Asking(""), options));
  }

  const std::shared_ptr<const Snapshot> snapshot_ = SnapshotOf({
      Update("a/dresden",
             "title: 'Éclair' summary: 'photonics' period { start: '2024-05' } "
             "point { latitude: 51.05 longitude: 13.74 precision: POINT_PRECISION_CITY }"),
      Update("a/hamburg",
             "title: 'photonics of the north' period { start: '2023' } "
             "point { latitude: 53.55 longitude: 9.99 precision: POINT_PRECISION_CITY }"),
      Update("a/nowhere", "title: 'Photonics'"),
      Update("a/vague",
             "title: 'eclipse' period { end: '2023' } "
             "point { latitude: 52.5 longitude: 13.4 precision: POINT_PRECISION_COUNTRY }"),
  });
};

TEST_F(OrderTest, ByTitleAsPeopleDo) {
  EXPECT_THAT(Ordered({}), ElementsAre("a/dresden", "a/vague", "a/nowhere", "a/hamburg"));
}

TEST_F(OrderTest, ByDistanceWithTheUnknownLast) {
  const SearchOptions options{.order = Order::kDistance, .origin = filter::LatLng{52.52, 13.40}};
  EXPECT_THAT(Ordered(options), ElementsAre("a/dresden", "a/hamburg", "a/vague", "a/nowhere"));
  const Page page = Found(*snapshot_, Asking(""), options);
  EXPECT_NEAR(*page.hits[0].distance_meters, 165'000, 1'000);
  EXPECT_EQ(page.hits[2].distance_meters, std::nullopt);
}

TEST_F(OrderTest, ByTimeWithAnOpenStartFirstAndNoPeriodLast) {
  EXPECT_THAT(Ordered({.order = Order::kTime}),
              ElementsAre("a/vague", "a/hamburg", "a/dresden", "a/nowhere"));
}

TEST_F(OrderTest, ByRelevanceWithTheTitleBeforeTheTextAndTheShortTitleFirst) {
  EXPECT_THAT(
      NamesOf(Found(*snapshot_, Asking("words: 'PHOTONICS'"), {.order = Order::kRelevance})),
      ElementsAre("a/nowhere", "a/hamburg", "a/dresden"));
}

TEST(RelevanceTest, ARareWordInATitleIsWorthMoreThanOneThatMostHave) {
  std::vector<FactsUpdate> updates = {
      Update("clusters/common", "title: 'cluster' summary: 'photonics'"),
      Update("clusters/rare", "title: 'photonics' summary: 'cluster'"),
  };
  for (int i = 0; i < 50; ++i) {
    updates.push_back(Update(absl::StrCat("clusters/c", i), "title: 'some cluster'"));
  }
  EXPECT_THAT(NamesOf(Found(*SnapshotOf(updates), Asking("words: 'cluster photonics'"),
                            {.order = Order::kRelevance})),
              ElementsAre("clusters/rare", "clusters/common"));
}

TEST(RelevanceTest, TheNextPageWeighsWordsAsTheFirstDid) {
  Index index;
  ASSERT_THAT(index.Apply(1, std::vector{Update("clusters/a", "title: 'photonics' text: 'health'"),
                                         Update("clusters/b", "title: 'health' text: 'photonics'"),
                                         Update("clusters/c", "text: 'photonics'"),
                                         Update("clusters/d", "text: 'photonics'")}),
              IsOk());
  const Predicate predicate = Asking("words: 'health photonics'");
  SearchOptions options{.order = Order::kRelevance, .limit = 1};
  const Page first = Found(*index.Current()->snapshot, predicate, options);
  ASSERT_THAT(NamesOf(first), ElementsAre("clusters/b"));
  // Now the other word is the rarer one.
  std::vector<FactsUpdate> more;
  for (int i = 0; i < 20; ++i) {
    more.push_back(Update(absl::StrCat("clusters/e", i), "text: 'health'"));
  }
  ASSERT_THAT(index.Apply(2, more), IsOk());
  EXPECT_THAT(NamesOf(Found(*index.Current()->snapshot, predicate, options)),
              ElementsAre("clusters/a"));
  options.after = first.hits.back().position;
  EXPECT_THAT(NamesOf(Found(*index.Current()->snapshot, predicate, options)),
              ElementsAre("clusters/a"));
}

TEST(SearchTest, RefusesAPlaceThatIsNoneOfItsPages) {
  SearchOptions options{.after = PageEnd{.key = "short", .name = "clusters/a"}};
  EXPECT_THAT(SnapshotOf({})->Search(Asking(""), options), HasFieldError("page_token"));
}

TEST(FacetTest, CountsIgnoreTheirOwnFieldButNoOther) {
  const auto snapshot = SnapshotOf({
      Update("clusters/a", "type: 'cluster' codes: 'esca:ict' state: 'published'"),
      Update("clusters/b", "type: 'cluster' codes: 'esca:health' state: 'published'"),
      Update("clusters/c", "type: 'cluster' codes: 'esca:health' codes: 'esca:ict' state: 'draft'"),
      Update("events/d", "type: 'event' codes: 'esca:ict' state: 'published' audience { }"),
  });
  const Page page = Found(*snapshot, Asking("sectors: 'esca:ict' states: 'published'"),
                          {.limit = 0, .facets = {"sectors", "states", "types"}});
  EXPECT_EQ(page.total, 1u);
  EXPECT_TRUE(page.more);
  const auto value = [](const char* name, size_t count) {
    return AllOf(testing::Field(&FacetValue::value, name),
                 testing::Field(&FacetValue::count, count));
  };
  ASSERT_EQ(page.facets.size(), 3u);
  EXPECT_THAT(page.facets[0].values, ElementsAre(value("esca:health", 1), value("esca:ict", 1)));
  EXPECT_THAT(page.facets[1].values, ElementsAre(value("draft", 1), value("published", 1)));
  EXPECT_THAT(page.facets[2].values, ElementsAre(value("cluster", 1)));
}

TEST(FacetTest, SaysHowManyValuesItLeftOut) {
  std::vector<FactsUpdate> updates;
  for (size_t i = 0; i < kMaxFacetValues + 3; ++i) {
    updates.push_back(Update(absl::StrCat("events/", i), absl::StrCat("kind: 'k", i, "'")));
  }
  const Page page = Found(*SnapshotOf(updates), Asking(""), {.facets = {"kinds"}});
  EXPECT_EQ(page.facets[0].values.size(), kMaxFacetValues);
  EXPECT_EQ(page.facets[0].more, 3u);
}

TEST(FacetTest, SaysWhenThereWereTooManyValuesToCountThemAll) {
  std::vector<FactsUpdate> updates;
  for (size_t i = 0; i < kMaxCountedValues + 5; ++i) {
    updates.push_back(Update(absl::StrCat("events/", i), absl::StrCat("kind: 'k", i, "'")));
  }
  for (size_t i = 0; i < 10; ++i) {
    updates.push_back(Update(absl::StrCat("events/often", i), "kind: 'often' state: 'published'"));
  }
  const Page page = Found(*SnapshotOf(updates), Asking(""), {.facets = {"kinds", "states"}});
  EXPECT_EQ(page.total, kMaxCountedValues + 15);
  EXPECT_TRUE(page.facets[0].cut);
  EXPECT_EQ(page.facets[0].values[0].value, "often");
  EXPECT_EQ(page.facets[0].values[0].count, 10u);
  EXPECT_FALSE(page.facets[1].cut);
}

TEST(RelevanceTest, OfTooManyHitsTheRarestWordsAloneRank) {
  std::vector<FactsUpdate> updates = {Update("clusters/a", "title: 'health photonics'")};
  for (int i = 0; i < 20; ++i) {
    updates.push_back(Update(absl::StrCat("clusters/c", i), "title: 'health'"));
  }
  Ranking ranking(Asking("words: 'health photonics'"));
  const auto snapshot = SnapshotOf(updates);
  const auto weigh = [&](size_t hits) {
    ranking.Weigh(snapshot->parts(), hits);
    return ranking.cut();
  };
  EXPECT_FALSE(weigh(kMaxRankings / 2));
  EXPECT_TRUE(weigh(kMaxRankings / 2 + 1));
  EXPECT_EQ(ranking.weights()[0], 0);  // of "health"
  EXPECT_GT(ranking.weights()[1], 0);
  EXPECT_TRUE(weigh(2 * kMaxRankings));
  EXPECT_GT(ranking.weights()[1], 0) << "one word always ranks";
}

TEST(SearchTest, RefusesOptionsOutOfTheirLimits) {
  const SearchOptions options{
      .order = Order::kDistance, .limit = kMaxPage + 1, .facets = {"title"}};
  EXPECT_THAT(SnapshotOf({})->Search(Asking(""), options),
              AllOf(HasFieldError("origin"), HasFieldError("limit"), HasFieldError("facets[0]")));
}

}  // namespace
}  // namespace clusterwire::search
