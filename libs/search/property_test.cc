// Holds the index to Predicate::Matches() while it is written, merged and read at once.
#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/base/testing/seed.h"
#include "libs/base/testing/status_matchers.h"
#include "libs/filter/testing/random_facts.h"
#include "libs/search/segment/segment.h"
#include "libs/search/testing/indexed.h"

namespace clusterwire::search {
namespace {

using testing::ElementsAreArray;

using World = std::map<std::string, Facts>;

// What the index should hold at each of the newest revisions.
class Worlds {
 public:
  void Add(int64_t revision, const World& world) {
    MutexLock lock(mutex_);
    worlds_[revision] = std::make_shared<const World>(world);
    if (worlds_.size() > 500) worlds_.erase(worlds_.begin());
  }
  std::shared_ptr<const World> At(int64_t revision) const {
    MutexLock lock(mutex_);
    const auto found = worlds_.find(revision);
    return found == worlds_.end() ? nullptr : found->second;
  }

 private:
  mutable Mutex mutex_;
  std::map<int64_t, std::shared_ptr<const World>> worlds_ ABSL_GUARDED_BY(mutex_);
};

std::vector<FactsUpdate> RandomUpdates(Random& random, World& world) {
  std::vector<FactsUpdate> updates;
  for (uint64_t i = random.Below(12); i > 0; --i) {
    const std::string name = absl::StrCat("clusters/c", random.Below(200));
    if (random.Below(4) == 0) {
      updates.push_back(Gone(name));
      world.erase(name);
    } else {
      Facts facts = filter::RandomFacts(random);
      facts.set_name(name);
      updates.push_back(Update(name, facts));
      world[name] = facts;
    }
  }
  return updates;
}

Predicate RandomPredicate(Random& random) {
  return *Predicate::Compile(
      random.Below(2) == 0 ? filter::RandomFilter(random) : filter::RandomExactFilter(random),
      filter::RandomViewer(random));
}

std::vector<const Facts*> Matching(const World& world, const Predicate& predicate) {
  std::vector<const Facts*> matching;
  for (const auto& [name, facts] : world) {
    if (predicate.Matches(facts)) matching.push_back(&facts);
  }
  return matching;
}

std::map<std::string, size_t> CountedAs(const std::string& field,
                                        const std::vector<const Facts*>& matching) {
  std::map<std::string, size_t> counts;
  for (const Facts* facts : matching) {
    const auto values = filter::FacetValues(field, *facts);
    for (const auto value : std::set<std::string_view>(values.begin(), values.end())) {
      ++counts[std::string(value)];
    }
  }
  return counts;
}

void CheckFacets(const World& world, const Predicate& predicate, const Page& page) {
  for (const Facet& facet : page.facets) {
    std::map<std::string, size_t> counts;
    for (const FacetValue& value : facet.values) counts[value.value] = value.count;
    ASSERT_EQ(counts, CountedAs(facet.field, Matching(world, predicate.Without(facet.field))))
        << facet.field << " of " << predicate.filter().ShortDebugString();
  }
}

void CheckDistances(const Predicate& predicate, const Snapshot& snapshot, Random& random) {
  SearchOptions options{
      .order = Order::kDistance,
      .origin = filter::LatLng{random.Fraction() * 180 - 90, random.Fraction() * 360 - 180},
      .limit = 1 + random.Below(40)};
  const Page page = Found(snapshot, predicate, options);
  options.limit = kMaxPage;
  options.order = Order::kTitle;
  std::vector<double> all;
  for (const Hit& hit : Found(snapshot, predicate, options).hits) {
    all.push_back(hit.distance_meters.value_or(1e9));
  }
  std::sort(all.begin(), all.end());
  for (size_t i = 0; i < page.hits.size(); ++i) {
    ASSERT_EQ(page.hits[i].distance_meters.value_or(1e9), all[i]) << i;
  }
}

void CheckMap(const std::vector<const Facts*>& matching, const Predicate& predicate,
              const Snapshot& snapshot, Random& random) {
  MapOptions options{.bounds = {.south = -90 + random.Fraction() * 90,
                                .west = -180 + random.Fraction() * 360,
                                .north = random.Fraction() * 90,
                                .east = -180 + random.Fraction() * 360},
                     .zoom = static_cast<int>(random.Below(12)),
                     .singles = random.Below(10)};
  const auto map = snapshot.Map(predicate, options);
  ASSERT_THAT(map, IsOk());
  size_t in_bounds = 0;
  for (const Facts* facts : matching) {
    const auto place = filter::AnyPoint(facts->point());
    in_bounds += place && options.bounds.Has(*place) ? 1 : 0;
  }
  ASSERT_EQ(map->total, in_bounds);
  size_t in_cells = map->singles.size();
  for (const MapCell& cell : map->cells) in_cells += cell.count;
  ASSERT_GE(in_cells, in_bounds);
}

// One reader: takes the newest snapshot, and asks it all there is to ask.
void Read(const Index& index, const Worlds& worlds, uint64_t seed, const std::atomic<bool>& done,
          std::atomic<size_t>& found) {
  SeededRandom random(seed);
  while (!done && !testing::Test::HasFatalFailure()) {
    const auto current = index.Current();
    const auto world = worlds.At(current->revision);
    if (world == nullptr) continue;
    const Predicate predicate = RandomPredicate(random);
    const std::vector<const Facts*> matching = Matching(*world, predicate);
    std::vector<std::string> expected;
    for (const Facts* facts : matching) expected.push_back(facts->name());
    found += expected.size();
    ASSERT_THAT(Find(*current->snapshot, predicate), ElementsAreArray(expected))
        << predicate.filter().ShortDebugString();
    const auto& fields = filter::FacetFields();
    const Page page = Found(*current->snapshot, predicate,
                            {.limit = 3, .facets = {fields.begin(), fields.end()}});
    ASSERT_EQ(page.total, expected.size());
    ASSERT_NO_FATAL_FAILURE(CheckFacets(*world, predicate, page));
    ASSERT_NO_FATAL_FAILURE(CheckDistances(predicate, *current->snapshot, random));
    ASSERT_NO_FATAL_FAILURE(CheckMap(matching, predicate, *current->snapshot, random));
  }
}

// CLUSTERWIRE_TEST_REVISIONS makes it as long as one likes.
TEST(PropertyTest, EachRevisionIsFoundAsThePredicateSaysWhileItIsWrittenAndMerged) {
  const uint64_t seed = TestSeed();
  SeededRandom random(seed);
  const char* const asked = std::getenv("CLUSTERWIRE_TEST_REVISIONS");
  const int64_t revisions = asked == nullptr ? 800 : std::atoll(asked);
  Worlds worlds;
  Index index(nullptr, kMergeOften);
  worlds.Add(0, {});
  std::atomic<bool> done = false;
  std::atomic<size_t> found = 0;
  std::vector<std::thread> readers;
  for (uint64_t i = 1; i <= 2; ++i) {
    readers.emplace_back([&, i] { Read(index, worlds, seed + i, done, found); });
  }
  World world;
  for (int64_t revision = 1; revision <= revisions; ++revision) {
    const std::vector<FactsUpdate> updates = RandomUpdates(random, world);
    worlds.Add(revision, world);
    ASSERT_THAT(index.Apply(revision, updates), IsOk());
    ASSERT_EQ(index.Current()->snapshot->size(), world.size());
  }
  done = true;
  for (std::thread& reader : readers) reader.join();
  EXPECT_GT(found, 500u) << "the random world has become too sparse to show anything";
}

}  // namespace
}  // namespace clusterwire::search
