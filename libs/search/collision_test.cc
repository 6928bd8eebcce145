// Here all values of one field have the same term (filter/testing/weak_hash.cc), as they would for
// somebody who found two that collide.
#include <string>
#include <vector>

#include "google/protobuf/text_format.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/base/testing/seed.h"
#include "libs/base/testing/status_matchers.h"
#include "libs/filter/testing/random_facts.h"
#include "libs/search/index.h"

namespace clusterwire::search {
namespace {

using filter::Viewer;

FactsUpdate Update(const std::string& name, const std::string& text) {
  Facts facts;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &facts)) << text;
  return {name, facts};
}

std::vector<std::string> Found(const Snapshot& snapshot, const Predicate& predicate) {
  const auto page = snapshot.Search(predicate, {.limit = kMaxPage});
  EXPECT_THAT(page, IsOk());
  std::vector<std::string> names;
  for (const Hit& hit : page->hits) names.push_back(hit.facts->name());
  return names;
}

TEST(CollisionTest, ADraftIsFoundByThoseWhoSeeItAndNotByTheNameOfAnother) {
  const auto snapshot =
      Snapshot::Empty(/*overlay_limit=*/0)
          ->With(std::vector{
              Update("clusters/a",
                     "type: 'cluster' name: 'clusters/a' audience { members: 'clusters/a' }"),
              Update("clusters/b",
                     "type: 'cluster' name: 'clusters/b' audience { members: 'clusters/b' }")});
  filter::Filter filter;
  EXPECT_THAT(Found(*snapshot, *Predicate::Compile(filter, Viewer::As("clusters/a"))),
              testing::ElementsAre("clusters/a"));
  filter.add_names("clusters/a");
  EXPECT_THAT(Found(*snapshot, *Predicate::Compile(filter, Viewer::As("clusters/b"))),
              testing::IsEmpty());
  EXPECT_THAT(Found(*snapshot, *Predicate::Compile(filter, Viewer::Public())), testing::IsEmpty());
}

TEST(CollisionTest, WhatCarriesAnAudienceIsFoundOnlyWhereThePredicateMatches) {
  SeededRandom random(TestSeed());
  std::vector<FactsUpdate> updates;
  for (int i = 0; i < 60; ++i) {
    Facts facts = filter::RandomFacts(random);
    facts.set_name(absl::StrCat("clusters/", i));
    updates.push_back({facts.name(), facts});
  }
  const auto snapshot = Snapshot::Empty(/*overlay_limit=*/0)->With(updates);
  int hidden = 0;
  for (int i = 0; i < 500; ++i) {
    const auto predicate =
        Predicate::Compile(filter::RandomExactFilter(random), filter::RandomViewer(random));
    ASSERT_THAT(predicate, IsOk());
    const auto page = snapshot->Search(*predicate, {.limit = kMaxPage});
    ASSERT_THAT(page, IsOk());
    for (const Hit& hit : page->hits) {
      if (!hit.facts->has_audience()) continue;
      ++hidden;
      ASSERT_TRUE(predicate->Matches(*hit.facts)) << hit.facts->ShortDebugString();
    }
  }
  EXPECT_GT(hidden, 0) << "the random world has become too sparse to show anything";
}

}  // namespace
}  // namespace clusterwire::search
