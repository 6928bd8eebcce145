// An index once knew values by their hashes, and a name that was made to collide with another's
// found the other's draft. This one compares values as they are written.
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/base/testing/seed.h"
#include "libs/base/testing/status_matchers.h"
#include "libs/filter/testing/random_facts.h"
#include "libs/search/testing/indexed.h"

namespace clusterwire::search {
namespace {

using filter::Viewer;

TEST(CollisionTest, ADraftIsFoundByThoseWhoSeeItAndNotByTheNameOfAnother) {
  const auto snapshot =
      SnapshotOf({Update("clusters/a", "type: 'cluster' audience { members: 'clusters/a' }"),
                  Update("clusters/b", "type: 'cluster' audience { members: 'clusters/b' }")});
  filter::Filter filter;
  EXPECT_THAT(Find(*snapshot, *Predicate::Compile(filter, Viewer::As("clusters/a"))),
              testing::ElementsAre("clusters/a"));
  filter.add_names("clusters/a");
  EXPECT_THAT(Find(*snapshot, *Predicate::Compile(filter, Viewer::As("clusters/b"))),
              testing::IsEmpty());
  EXPECT_THAT(Find(*snapshot, *Predicate::Compile(filter, Viewer::Public())), testing::IsEmpty());
}

TEST(CollisionTest, WhatCarriesAnAudienceIsFoundOnlyWhereThePredicateMatches) {
  SeededRandom random(TestSeed());
  std::vector<FactsUpdate> updates;
  for (int i = 0; i < 60; ++i) {
    Facts facts = filter::RandomFacts(random);
    facts.set_name(absl::StrCat("clusters/", i));
    updates.push_back(Update(facts.name(), facts));
  }
  const auto snapshot = SnapshotOf(updates);
  int hidden = 0;
  for (int i = 0; i < 500; ++i) {
    const auto predicate =
        Predicate::Compile(filter::RandomExactFilter(random), filter::RandomViewer(random));
    ASSERT_THAT(predicate, IsOk());
    const auto page = snapshot->Search(*predicate, {.limit = kMaxPage});
    ASSERT_THAT(page, IsOk());
    for (const Hit& hit : page->hits) {
      if (!hit.facts.has_audience()) continue;
      ++hidden;
      ASSERT_TRUE(predicate->Matches(hit.facts)) << hit.facts.ShortDebugString();
    }
  }
  EXPECT_GT(hidden, 0) << "the random world has become too sparse to show anything";
}

}  // namespace
}  // namespace clusterwire::search
