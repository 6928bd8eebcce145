// Here all values have the same hash (testing/weak_hash.cc), as if somebody had found as
// many as they like that collide. The matcher's numbers are those of values, so nothing changes but
// the time.
#include <map>
#include <span>
#include <string>

#include "google/protobuf/text_format.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/base/testing/seed.h"
#include "libs/base/testing/status_matchers.h"
#include "libs/filter/testing/random_facts.h"
#include "libs/match/matcher.h"

namespace clusterwire::match {
namespace {

using filter::Viewer;

TEST(CollisionTest, OfADraftThoseHearWhoSeeIt) {
  Matcher matcher;
  ASSERT_THAT(matcher.Put(1, *Predicate::Compile({}, Viewer::As("clusters/a"))), IsOk());
  ASSERT_THAT(matcher.Put(2, *Predicate::Compile({}, Viewer::As("clusters/b"))), IsOk());
  filter::Filter about_a;
  about_a.add_names("clusters/a");
  ASSERT_THAT(matcher.Put(3, *Predicate::Compile(about_a, Viewer::As("clusters/b"))), IsOk());
  Facts draft;
  ASSERT_TRUE(google::protobuf::TextFormat::ParseFromString(
      "type: 'cluster' name: 'clusters/b' audience { members: 'clusters/b' }", &draft));
  std::map<int64_t, Transition> visited;
  matcher.ForEach(nullptr, &draft, [&](std::span<const Match> matches) {
    for (const auto& [id, transition] : matches) visited.emplace(id, transition);
  });
  EXPECT_THAT(visited, testing::ElementsAre(testing::Pair(2, Transition::kEntered)));
}

TEST(CollisionTest, OfWhatCarriesAnAudienceThoseHearWhosePredicatesMatch) {
  SeededRandom random(TestSeed());
  Matcher matcher;
  std::map<int64_t, Predicate> all;
  for (int64_t id = 0; id < 200; ++id) {
    const auto predicate =
        Predicate::Compile(filter::RandomExactFilter(random), filter::RandomViewer(random));
    ASSERT_THAT(predicate, IsOk());
    ASSERT_THAT(matcher.Put(id, *predicate), IsOk());
    all.emplace(id, *predicate);
  }
  size_t hidden = 0;
  for (int round = 0; round < 300; ++round) {
    const Facts after = filter::RandomFacts(random);
    if (!after.has_audience()) continue;
    std::map<int64_t, Transition> expected;
    for (const auto& [id, predicate] : all) {
      if (predicate.Matches(after)) expected.emplace(id, Transition::kEntered);
    }
    hidden += expected.size();
    std::map<int64_t, Transition> visited;
    matcher.ForEach(nullptr, &after, [&](std::span<const Match> matches) {
      for (const auto& [id, transition] : matches) visited.emplace(id, transition);
    });
    ASSERT_EQ(visited, expected) << after.ShortDebugString();
  }
  EXPECT_GT(hidden, 0u) << "the random world has become too sparse to show anything";
}

TEST(CollisionTest, ValuesOfTheSameHashAreToldApart) {
  Matcher matcher;
  const auto put = [&](int64_t id, const char* sector) {
    filter::Filter filter;
    filter.add_sectors(sector);
    ASSERT_THAT(matcher.Put(id, *Predicate::Compile(filter, Viewer::Public())), IsOk());
  };
  put(1, "esca:ict");
  put(2, "esca:health");
  Facts facts;
  facts.add_codes("esca:health");
  std::map<int64_t, Transition> visited;
  matcher.ForEach(nullptr, &facts, [&](std::span<const Match> matches) {
    for (const auto& [id, transition] : matches) visited.emplace(id, transition);
  });
  EXPECT_THAT(visited, testing::ElementsAre(testing::Pair(2, Transition::kEntered)));
}

}  // namespace
}  // namespace clusterwire::match
