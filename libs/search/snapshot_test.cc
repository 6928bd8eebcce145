#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "google/protobuf/text_format.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/base/testing/seed.h"
#include "libs/base/testing/status_matchers.h"
#include "libs/filter/testing/random_facts.h"
#include "libs/search/index.h"

namespace clusterwire::search {
namespace {

using filter::Filter;
using filter::Viewer;
using testing::AllOf;
using testing::ElementsAre;
using testing::ElementsAreArray;
using testing::IsEmpty;

FactsUpdate Update(const std::string& name, const std::string& text) {
  Facts facts;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &facts)) << text;
  facts.set_name(name);
  return {name, facts};
}
FactsUpdate Gone(const std::string& name) { return {name, std::nullopt}; }

Predicate Asking(const std::string& text, const Viewer& viewer = Viewer::Public()) {
  Filter filter;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &filter)) << text;
  return *Predicate::Compile(filter, viewer);
}

std::vector<std::string> NamesOf(const Page& page) {
  std::vector<std::string> names;
  for (const Hit& hit : page.hits) names.push_back(hit.facts->name());
  return names;
}

Page Found(const Snapshot& snapshot, const Predicate& predicate, const SearchOptions& options) {
  auto page = snapshot.Search(predicate, options);
  EXPECT_THAT(page, IsOk());
  return *std::move(page);
}

// All that is found, in order of name.
std::vector<std::string> Find(const Snapshot& snapshot, const Predicate& predicate) {
  const Page page = Found(snapshot, predicate, {.limit = kMaxPage});
  EXPECT_FALSE(page.more);
  std::vector<std::string> names = NamesOf(page);
  std::ranges::sort(names);
  return names;
}

TEST(SnapshotTest, AnEarlierSnapshotKeepsWhatItHad) {
  const auto empty = Snapshot::Empty();
  const auto one = empty->With(std::vector{Update("clusters/a", "type: 'cluster' size: 1")});
  const auto two = one->With(std::vector{Update("clusters/a", "type: 'cluster' size: 2"),
                                         Update("clusters/b", "type: 'cluster' size: 2")});
  const auto three = two->With(std::vector{Gone("clusters/a"), Gone("clusters/never")});
  const Predicate large = Asking("size { min: 2 }");
  EXPECT_THAT(Find(*empty, Asking("")), IsEmpty());
  EXPECT_THAT(Find(*one, large), IsEmpty());
  EXPECT_THAT(Find(*two, large), ElementsAre("clusters/a", "clusters/b"));
  EXPECT_THAT(Find(*three, large), ElementsAre("clusters/b"));
  EXPECT_EQ(two->size(), 2u);
  EXPECT_EQ(three->size(), 1u);
}

// Random updates in batches of any size, with an overlay small enough to be merged often: after
// each, what is found is what asking every resource gives, in order of name.
TEST(SnapshotTest, FindsWhatAskingEachResourceWould) {
  SeededRandom random(TestSeed());
  auto snapshot = Snapshot::Empty(/*overlay_limit=*/20);
  std::map<std::string, Facts> all;
  size_t found = 0;
  for (int round = 0; round < 150; ++round) {
    std::vector<FactsUpdate> updates;
    for (uint64_t i = random.Below(12); i > 0; --i) {
      const std::string name = absl::StrCat("clusters/c", random.Below(120));
      if (random.Below(4) == 0) {
        updates.push_back(Gone(name));
        all.erase(name);
      } else {
        Facts facts = filter::RandomFacts(random);
        facts.set_name(name);
        updates.push_back({name, facts});
        all[name] = facts;
      }
    }
    snapshot = snapshot->With(updates);
    ASSERT_EQ(snapshot->size(), all.size());
    for (int i = 0; i < 20; ++i) {
      const auto predicate = Predicate::Compile(
          i % 2 == 0 ? filter::RandomFilter(random) : filter::RandomExactFilter(random),
          filter::RandomViewer(random));
      ASSERT_THAT(predicate, IsOk());
      std::vector<std::string> expected;
      for (const auto& [name, facts] : all) {
        if (predicate->Matches(facts)) expected.push_back(name);
      }
      found += expected.size();
      ASSERT_THAT(Find(*snapshot, *predicate), ElementsAreArray(expected))
          << predicate->filter().ShortDebugString();
    }
  }
  EXPECT_GT(found, 1000u) << "the random world has become too sparse to show anything";
}

// In each order, pages put together are all hits, each once, and in order.
TEST(SearchTest, PagesTogetherAreAllHitsEachOnce) {
  SeededRandom random(TestSeed());
  std::vector<FactsUpdate> updates;
  for (int i = 0; i < 200; ++i) {
    updates.push_back({absl::StrCat("clusters/c", i), filter::RandomFacts(random)});
  }
  const auto snapshot = Snapshot::Empty(/*overlay_limit=*/150)->With(updates);
  for (const Order order : {Order::kRelevance, Order::kDistance, Order::kTime, Order::kTitle}) {
    for (const bool descending : {false, true}) {
      SearchOptions options{.ranking_words = "photonik health*",
                            .order = order,
                            .descending = descending,
                            .origin = filter::LatLng{52.5, 13.4},
                            .limit = 7};
      const Predicate predicate = Asking("", Viewer::Operator());
      std::vector<std::string> names;
      std::vector<PageEnd> positions;
      Page page;
      do {
        page = Found(*snapshot, predicate, options);
        EXPECT_EQ(page.total, 200u);
        for (const Hit& hit : page.hits) {
          names.push_back(hit.facts->name());
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
      EXPECT_EQ(names.size(), 200u);
    }
  }
}

class OrderTest : public testing::Test {
 protected:
  std::vector<std::string> Ordered(const SearchOptions& options) {
    return NamesOf(Found(*snapshot_, Asking(""), options));
  }

  const std::shared_ptr<const Snapshot> snapshot_ = Snapshot::Empty()->With(std::vector{
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
  EXPECT_THAT(Ordered({.descending = true}),
              ElementsAre("a/hamburg", "a/nowhere", "a/vague", "a/dresden"));
}

TEST_F(OrderTest, ByDistanceWithTheUnknownLastEitherWay) {
  SearchOptions options{.order = Order::kDistance, .origin = filter::LatLng{52.52, 13.40}};
  EXPECT_THAT(Ordered(options), ElementsAre("a/dresden", "a/hamburg", "a/vague", "a/nowhere"));
  options.descending = true;
  EXPECT_THAT(Ordered(options), ElementsAre("a/hamburg", "a/dresden", "a/vague", "a/nowhere"));
  const Page page = Found(*snapshot_, Asking(""), options);
  EXPECT_NEAR(*page.hits[1].distance_meters, 165'000, 1'000);
  EXPECT_EQ(page.hits[2].distance_meters, std::nullopt);
}

TEST_F(OrderTest, ByTimeWithAnOpenStartFirstAndNoPeriodLast) {
  EXPECT_THAT(Ordered({.order = Order::kTime}),
              ElementsAre("a/vague", "a/hamburg", "a/dresden", "a/nowhere"));
  EXPECT_THAT(Ordered({.order = Order::kTime, .descending = true}),
              ElementsAre("a/dresden", "a/hamburg", "a/vague", "a/nowhere"));
}

TEST_F(OrderTest, ByRelevanceWithTheTitleBeforeTheTextAndTheShortTitleFirst) {
  EXPECT_THAT(Ordered({.ranking_words = "PHOTONICS", .order = Order::kRelevance}),
              ElementsAre("a/nowhere", "a/hamburg", "a/dresden", "a/vague"));
}

TEST(FacetTest, CountsIgnoreTheirOwnFieldButNoOther) {
  const auto snapshot = Snapshot::Empty()->With(std::vector{
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
  const Page page = Found(*Snapshot::Empty()->With(updates), Asking(""), {.facets = {"kinds"}});
  EXPECT_EQ(page.facets[0].values.size(), kMaxFacetValues);
  EXPECT_EQ(page.facets[0].more, 3u);
}

TEST(SearchTest, RefusesOptionsOutOfTheirLimits) {
  SearchOptions options{.order = Order::kDistance, .limit = kMaxPage + 1, .facets = {"title"}};
  for (size_t i = 0; i <= kMaxRankingWords; ++i)
    absl::StrAppend(&options.ranking_words, "w", i, " ");
  const auto page = Snapshot::Empty()->Search(Asking(""), options);
  EXPECT_THAT(page, AllOf(HasFieldError("origin"), HasFieldError("limit"),
                          HasFieldError("facets[0]"), HasFieldError("ranking_words")));
}

}  // namespace
}  // namespace clusterwire::search
