#include "libs/match/matcher.h"

#include <atomic>
#include <map>
#include <string>
#include <thread>
#include <vector>

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

// Predicates come, change and go, and the matcher learns now and then: what it visits is always
// what asking each of them gives.
TEST(MatcherTest, VisitsWhatAskingEachPredicateWould) {
  SeededRandom random(TestSeed());
  Matcher matcher;
  std::map<int64_t, Predicate> all;
  size_t visited = 0;
  for (int round = 0; round < 300; ++round) {
    for (int i = 0; i < 5; ++i) {
      const auto id = static_cast<int64_t>(random.Below(250));
      if (random.Below(4) == 0) {
        matcher.Remove(id);
        all.erase(id);
        continue;
      }
      const auto predicate = Predicate::Compile(
          i % 2 == 0 ? filter::RandomSubscriptionFilter(random) : filter::RandomExactFilter(random),
          filter::RandomViewer(random), {.allow_prefix_words = false});
      ASSERT_THAT(predicate, IsOk());
      ASSERT_THAT(matcher.Put(id, *predicate), IsOk());
      all.insert_or_assign(id, *predicate);
    }
    ASSERT_EQ(matcher.counts().size, all.size());

    const Facts before = filter::RandomFacts(random);
    const Facts after = random.Below(2) == 0 ? filter::RandomlyChanged(before, random)
                                             : filter::RandomFacts(random);
    const Facts* old_image = random.Below(5) == 0 ? nullptr : &before;
    const Facts* new_image = random.Below(5) == 0 ? nullptr : &after;
    std::map<int64_t, Transition> expected;
    for (const auto& [id, predicate] : all) {
      const Transition transition =
          filter::TransitionOf(old_image != nullptr && predicate.Matches(*old_image),
                               new_image != nullptr && predicate.Matches(*new_image));
      if (transition != Transition::kNone) expected.emplace(id, transition);
    }
    visited += expected.size();
    ASSERT_EQ(Visited(matcher, old_image, new_image), expected);
    if (random.Below(3) == 0) matcher.Learn(after);
  }
  EXPECT_GT(visited, 1000u) << "the random world has become too sparse to show anything";
}

TEST(MatcherTest, ReadersSeeWholePredicatesWhileAWriterWrites) {
  Matcher matcher;
  const Facts cluster = Parsed("type: 'cluster' codes: 'esca:ict'");
  ASSERT_THAT(matcher.Put(0, Asking("types: 'cluster'")), IsOk());
  std::atomic<bool> done = false;
  std::vector<std::thread> readers;
  for (int i = 0; i < 3; ++i) {
    readers.emplace_back([&] {
      while (!done) {
        const std::map<int64_t, Transition> visited = Visited(matcher, nullptr, &cluster);
        EXPECT_EQ(visited.count(0), 1u);
        EXPECT_LE(visited.size(), 2u);
      }
    });
  }
  for (int round = 0; round < 500; ++round) {
    ASSERT_THAT(matcher.Put(1, Asking(round % 2 == 0 ? "sectors: 'esca:ict'" : "types: 'cluster'")),
                IsOk());
    matcher.Remove(1);
    matcher.Learn(cluster);
  }
  done = true;
  for (std::thread& reader : readers) reader.join();
}

}  // namespace
}  // namespace clusterwire::match
