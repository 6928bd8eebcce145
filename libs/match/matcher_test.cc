#include "libs/match/matcher.h"

#include <map>
#include <span>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "google/protobuf/text_format.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/base/testing/seed.h"
#include "libs/base/testing/status_matchers.h"
#include "libs/filter/testing/random_facts.h"

namespace clusterwire::match {
namespace {

using filter::Filter;
using filter::Viewer;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

Facts Parsed(const std::string& text) {
  Facts facts;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &facts)) << text;
  return facts;
}

Predicate Asking(const std::string& text, const Viewer& viewer = Viewer::Public()) {
  Filter filter;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &filter)) << text;
  return *Predicate::Compile(filter, viewer, {.allow_prefix_words = false});
}

std::map<int64_t, Transition> Visited(const Matcher& matcher, const Facts* before,
                                      const Facts* after) {
  std::map<int64_t, Transition> visited;
  matcher.ForEach(before, after, [&](std::span<const Match> matches) {
    EXPECT_LE(matches.size(), Matcher::kChunk);
    for (const auto& [id, transition] : matches) {
      EXPECT_TRUE(visited.emplace(id, transition).second) << id << " was visited twice";
    }
  });
  return visited;
}

TEST(MatcherTest, SaysWhatAChangeMeansToEach) {
  Matcher matcher;
  ASSERT_THAT(matcher.Put(1, Asking("sectors: 'esca:ict'")), IsOk());
  ASSERT_THAT(matcher.Put(2, Asking("sectors: 'esca:health'")), IsOk());
  ASSERT_THAT(matcher.Put(3, Asking("types: 'cluster' size { min: 5 }")), IsOk());
  ASSERT_THAT(matcher.Put(4, Asking("types: 'event'")), IsOk());
  const Facts before = Parsed("type: 'cluster' name: 'clusters/a' codes: 'esca:ict' size: 7");
  const Facts after = Parsed("type: 'cluster' name: 'clusters/a' codes: 'esca:health' size: 8");
  EXPECT_THAT(Visited(matcher, &before, &after),
              ElementsAre(Pair(1, Transition::kLeft), Pair(2, Transition::kEntered),
                          Pair(3, Transition::kChanged)));
  EXPECT_THAT(Visited(matcher, nullptr, nullptr), IsEmpty());
}

TEST(MatcherTest, PublishingADraftEntersForThePublicAndChangesForTheOffice) {
  Matcher matcher;
  ASSERT_THAT(matcher.Put(1, Asking("types: 'cluster'")), IsOk());
  ASSERT_THAT(matcher.Put(2, Asking("types: 'cluster'", Viewer::As("programmes/p"))), IsOk());
  const Facts draft = Parsed("type: 'cluster' audience { members: 'programmes/p' }");
  const Facts published = Parsed("type: 'cluster'");
  EXPECT_THAT(Visited(matcher, &draft, &published),
              ElementsAre(Pair(1, Transition::kEntered), Pair(2, Transition::kChanged)));
}

TEST(MatcherTest, PutReplacesAndRemoveForgets) {
  Matcher matcher;
  const Facts facts = Parsed("type: 'cluster'");
  ASSERT_THAT(matcher.Put(1, Asking("types: 'cluster'")), IsOk());
  ASSERT_THAT(matcher.Put(1, Asking("types: 'event'")), IsOk());
  EXPECT_EQ(matcher.counts().size, 1u);
  EXPECT_THAT(Visited(matcher, nullptr, &facts), IsEmpty());
  ASSERT_THAT(matcher.Put(1, Asking("types: 'cluster'")), IsOk());
  matcher.Remove(1);
  matcher.Remove(2);
  EXPECT_EQ(matcher.counts().size, 0u);
  EXPECT_THAT(Visited(matcher, nullptr, &facts), IsEmpty());
}

TEST(MatcherTest, WhatCannotBeFiledIsAlwaysAskedUpToALimit) {
  Matcher matcher(/*wide_limit=*/2);
  const Predicate wide = Asking("", Viewer::Operator());
  const Predicate range = Asking("size { min: 1 }", Viewer::Operator());
  ASSERT_THAT(matcher.Put(1, wide), IsOk());
  ASSERT_THAT(matcher.Put(2, range), IsOk());
  ASSERT_THAT(matcher.Put(3, Asking("types: 'cluster'")), IsOk());
  const absl::Status refused = matcher.Put(3, wide);
  EXPECT_THAT(refused, StatusIs(absl::StatusCode::kResourceExhausted));
  EXPECT_THAT(refused, ReasonIs("FILTER_TOO_WIDE"));
  EXPECT_EQ(matcher.counts().wide, 2u);

  const Facts facts = Parsed("type: 'cluster' size: 1");
  EXPECT_THAT(Visited(matcher, nullptr, &facts),
              ElementsAre(Pair(1, Transition::kEntered), Pair(2, Transition::kEntered),
                          Pair(3, Transition::kEntered)));

  EXPECT_THAT(matcher.Put(1, range), IsOk()) << "takes the place of what it replaces";
  matcher.Remove(2);
  EXPECT_THAT(matcher.Put(4, wide), IsOk());
}

TEST(MatcherTest, TheVisitorMayCallTheMatcher) {
  Matcher matcher;
  ASSERT_THAT(matcher.Put(1, Asking("types: 'cluster'")), IsOk());
  const Facts facts = Parsed("type: 'cluster'");
  matcher.ForEach(nullptr, &facts,
                  [&](std::span<const Match> matches) { matcher.Remove(matches[0].id); });
  EXPECT_EQ(matcher.counts().size, 0u);
}

TEST(MatcherTest, LearnsWhatIsFrequentFromWhatItIsAsked) {
  Matcher matcher;
  const Facts facts = Parsed(
      "type: 'cluster' name: 'clusters/a' codes: 'esca:ict' point {"
      "latitude: 52 longitude: 13 precision: POINT_PRECISION_CITY }");
  constexpr int64_t kSubscriptions = 300;
  for (int64_t id = 0; id < kSubscriptions; ++id) {
    ASSERT_THAT(matcher.Put(id, Asking("sectors: 'esca:ict' types: 'cluster' within { latitude: 52 "
                                       "longitude: 13 radius_meters: 100000 }")),
                IsOk());
  }
  for (int round = 0; round < 600; ++round) {
    EXPECT_EQ(Visited(matcher, nullptr, &facts).size(), static_cast<size_t>(kSubscriptions));
  }
  int steps = 0;
  while (matcher.Refile(10)) ++steps;
  EXPECT_GE(steps, kSubscriptions / 10);
  EXPECT_FALSE(matcher.Refile(10)) << "nothing was learned since";
  EXPECT_EQ(Visited(matcher, &facts, &facts).size(), static_cast<size_t>(kSubscriptions));
}

TEST(MatcherTest, KeepsNothingOfThoseThatWereRemoved) {
  SeededRandom random(TestSeed());
  Matcher matcher;
  for (int64_t id = 0; id < 1000; ++id) {
    ASSERT_THAT(matcher.Put(id, *Predicate::Compile(filter::RandomSubscriptionFilter(random),
                                                    filter::RandomViewer(random))),
                IsOk());
  }
  EXPECT_GT(matcher.counts().terms, 100u);
  for (int64_t id = 0; id < 1000; ++id) {
    if (id != 990) matcher.Remove(id);
  }
  EXPECT_EQ(matcher.counts().slots, 1000u);
  while (matcher.Refile()) {
  }
  EXPECT_EQ(matcher.counts().slots, 1u) << "the last one has moved down";
  matcher.Remove(990);
  EXPECT_EQ(matcher.counts().terms, 0u);
  EXPECT_EQ(matcher.counts().size, 0u);
  EXPECT_EQ(matcher.counts().wide, 0u);
}

// The worst that one subscription may ask, many times over.
TEST(MatcherTest, AnswersFiftyCodesTwentyWordsAndHalfOfEuropeLikeAnyOther) {
  std::string worst = "within { latitude: 50 longitude: 10 radius_meters: 1000000 } words: '";
  for (int i = 0; i < 20; ++i) absl::StrAppend(&worst, "münchen", i, " ");
  absl::StrAppend(&worst, "'");
  for (int i = 0; i < 50; ++i) {
    absl::StrAppend(&worst, " sectors: 'esca:s", i, "' regions: 'nuts:D", i, "'");
  }
  Matcher matcher;
  for (int64_t id = 0; id < 1000; ++id) {
    ASSERT_THAT(matcher.Put(id, Asking(id % 2 == 0 ? worst : "types: 'cluster'")), IsOk());
  }
  Facts facts = Parsed(
      "type: 'cluster' codes: 'esca:s7' codes: 'nuts:D49' point { latitude: 48 "
      "longitude: 11 precision: POINT_PRECISION_CITY }");
  EXPECT_EQ(Visited(matcher, nullptr, &facts).size(), 500u);
  for (int i = 0; i < 20; ++i) absl::StrAppend(facts.mutable_text(), " MUENCHEN", i);
  EXPECT_EQ(Visited(matcher, nullptr, &facts).size(), 1000u);
}

}  // namespace
}  // namespace clusterwire::match
