#include <algorithm>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/base/testing/seed.h"
#include "libs/base/testing/status_matchers.h"
#include "libs/filter/predicate.h"
#include "libs/filter/testing/random_facts.h"

// What holds for any filter and any Facts.
namespace clusterwire::filter {
namespace {

constexpr int kFilters = 500;
constexpr int kFacts = 60;

class PropertyTest : public testing::Test {
 protected:
  PropertyTest() : random_(TestSeed()) {
    for (int i = 0; i < kFacts; ++i) facts_.push_back(RandomFacts(random_));
  }

  Predicate Compile(const Filter& filter, const Viewer& viewer) {
    auto predicate = Predicate::Compile(filter, viewer);
    EXPECT_THAT(predicate, IsOk()) << filter.ShortDebugString();
    return *std::move(predicate);
  }
  Predicate RandomPredicate() { return Compile(RandomFilter(random_), RandomViewer(random_)); }

  SeededRandom random_;
  std::vector<Facts> facts_;
};

TEST_F(PropertyTest, ExplainSaysWhatMatchesDecides) {
  for (int i = 0; i < kFilters; ++i) {
    const Predicate predicate = RandomPredicate();
    for (const Facts& facts : facts_) {
      const std::vector<Verdict> verdicts = predicate.Explain(facts);
      const bool all = std::all_of(verdicts.begin(), verdicts.end(),
                                   [](const Verdict& verdict) { return verdict.matched; });
      ASSERT_EQ(all, predicate.Matches(facts)) << predicate.filter().ShortDebugString() << "\n"
                                               << facts.ShortDebugString();
      for (const Verdict& verdict : verdicts) EXPECT_FALSE(verdict.text.empty()) << verdict.field;
    }
  }
}

TEST_F(PropertyTest, CanonicalFiltersMeanTheSameAndAreTheirOwnCanonicalForm) {
  for (int i = 0; i < kFilters; ++i) {
    const Filter filter = RandomFilter(random_);
    const Viewer viewer = RandomViewer(random_);
    const Predicate predicate = Compile(filter, viewer);
    const Predicate again = Compile(predicate.filter(), viewer);
    EXPECT_EQ(again.filter().SerializeAsString(), predicate.filter().SerializeAsString());

    Filter shuffled = filter;
    std::reverse(shuffled.mutable_sectors()->begin(), shuffled.mutable_sectors()->end());
    std::reverse(shuffled.mutable_none_of()->begin(), shuffled.mutable_none_of()->end());
    *shuffled.mutable_types() = filter.types();
    shuffled.mutable_types()->MergeFrom(filter.types());
    shuffled.set_words(" " + filter.words() + " " + filter.words());
    if (filter.words().empty()) shuffled.clear_words();
    EXPECT_EQ(Compile(shuffled, viewer).filter().SerializeAsString(),
              predicate.filter().SerializeAsString());
    for (const Facts& facts : facts_) {
      EXPECT_EQ(again.Matches(facts), predicate.Matches(facts));
    }
  }
}

TEST_F(PropertyTest, WhatWasPackedMeansTheSame) {
  for (int i = 0; i < kFilters; ++i) {
    const Predicate predicate = RandomPredicate();
    const Predicate again = PackedPredicate(predicate).Unpacked();
    for (const Facts& facts : facts_) EXPECT_EQ(again.Matches(facts), predicate.Matches(facts));
  }
}

TEST_F(PropertyTest, AnotherFieldNeverFindsMore) {
  for (int i = 0; i < kFilters; ++i) {
    const Predicate predicate = RandomPredicate();
    for (const std::string_view field : FacetFields()) {
      const Predicate wider = predicate.Without(field);
      for (const Facts& facts : facts_) {
        EXPECT_LE(predicate.Matches(facts), wider.Matches(facts)) << field;
      }
    }
  }
}

TEST_F(PropertyTest, NobodySeesMoreThanAnOperatorNorLessThanThePublic) {
  for (int i = 0; i < kFilters; ++i) {
    const Filter filter = RandomFilter(random_);
    const Predicate everybody = Compile(filter, Viewer::Public());
    const Predicate office = Compile(filter, Viewer::As("programmes/go-cluster"));
    const Predicate all = Compile(filter, Viewer::Operator());
    for (const Facts& facts : facts_) {
      EXPECT_LE(everybody.Matches(facts), office.Matches(facts));
      EXPECT_LE(office.Matches(facts), all.Matches(facts));
      EXPECT_FALSE(facts.has_audience() && everybody.Matches(facts));
    }
  }
}

}  // namespace
}  // namespace clusterwire::filter
