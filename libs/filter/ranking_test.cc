#include "libs/filter/ranking.h"

#include <gmock/gmock.h>

#include "libs/base/testing/seed.h"
#include "libs/filter/testing/random_facts.h"

namespace clusterwire::filter {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::IsEmpty;

Facts Candidate() {
  Facts facts;
  facts.set_type("cluster");
  facts.set_name("clusters/lyon");
  for (const char* code : {"esca:health", "esca:ict", "iso:FR", "nuts:FR", "nuts:FRK"}) {
    facts.add_codes(code);
  }
  facts.add_languages("en");
  facts.add_languages("fr");
  facts.add_label_levels("ecei:bronze");
  facts.add_label_levels("ecei:silver");
  facts.add_programmes("programmes/eccp");
  auto* title = facts.add_titles();
  title->set_value("esca:ict");
  title->set_title("ICT");
  return facts;
}

auto Counts(Ground ground, int points, int most) {
  return AllOf(Field(&RankReason::ground, ground), Field(&RankReason::points, points),
               Field(&RankReason::most, most));
}

TEST(RankingTest, WhatIsSoughtSharesAHundredPointsAndEachReasonSaysItsPart) {
  Sought sought;
  sought.sectors = {"esca:ict", "esca:energy"};
  sought.regions = {"nuts:FR"};
  sought.languages = {"de", "en"};
  sought.label_level = "ecei:silver";
  sought.programmes = {"programmes/eccp"};
  const Ranked ranked = Rank(sought, Candidate());
  EXPECT_EQ(ranked.score, 80);
  EXPECT_THAT(ranked.reasons,
              ElementsAre(Counts(Ground::kRegions, 25, 25), Counts(Ground::kSectors, 20, 40),
                          Counts(Ground::kLanguages, 15, 15), Counts(Ground::kLabels, 10, 10),
                          Counts(Ground::kProgrammes, 10, 10)));
}

TEST(RankingTest, WhatIsNotSoughtCountsNothingAndLeavesItsPointsToTheRest) {
  Sought sought;
  sought.sectors = {"esca:ict"};
  const Ranked ranked = Rank(sought, Candidate());
  EXPECT_EQ(ranked.score, 100);
  EXPECT_THAT(ranked.reasons, ElementsAre(Counts(Ground::kSectors, 100, 100)));
  EXPECT_THAT(Rank(Sought(), Candidate()).reasons, IsEmpty());
}

TEST(RankingTest, ALabelBelowTheLevelThatIsSoughtSpeaksForNoPartner) {
  Sought sought;
  sought.label_level = "ecei:gold";
  EXPECT_EQ(Rank(sought, Candidate()).score, 0);
}

TEST(RankingTest, AProfileSeeksItsOwnFieldsInAnotherCountry) {
  Facts own = Candidate();
  own.set_name("clusters/paris");
  EXPECT_EQ(Rank(SoughtBy(own), Candidate()).score, 75) << "another one in the same country";
  own.mutable_codes()->Clear();
  for (const char* code : {"esca:ict", "iso:DE", "nuts:DE"}) own.add_codes(code);
  const Ranked abroad = Rank(SoughtBy(own), Candidate());
  EXPECT_EQ(abroad.score, 100);
  EXPECT_THAT(abroad.reasons.front(), Counts(Ground::kSectors, 40, 40));
}

TEST(RankingTest, AReasonIsASentenceWithItsWeightInBothLanguages) {
  Sought sought;
  sought.sectors = {"esca:ict", "esca:energy"};
  sought.languages = {"fr"};
  const Ranked ranked = Rank(sought, Candidate());
  ASSERT_EQ(ranked.reasons.size(), 2U);
  EXPECT_EQ(Tell(ranked.reasons[0], Candidate(), text::Language::kEnglish),
            "works in 1 of 2 fields that are sought, ICT (esca:ict): 36 of 72 points");
  EXPECT_EQ(Tell(ranked.reasons[1], Candidate(), text::Language::kGerman),
            "spricht Französisch: 28 von 28 Punkten");
}

// Random clusters, asked for with random wishes.
TEST(RankingTest, PointsAddUpToTheScoreAndNeverExceedAHundred) {
  SeededRandom random(TestSeed());
  for (int round = 0; round < 500; ++round) {
    const Facts own = RandomFacts(random);
    const Facts candidate = RandomFacts(random);
    Sought sought = SoughtBy(own);
    if (random.Below(2) == 0) sought.regions = sought.not_in;
    const Ranked ranked = Rank(sought, candidate);
    int sum = 0;
    int most = 0;
    int last = 101;
    for (const RankReason& reason : ranked.reasons) {
      sum += reason.points;
      most += reason.most;
      ASSERT_GT(reason.points, 0);
      ASSERT_LE(reason.points, reason.most);
      ASSERT_LE(reason.points, last) << "what counts most comes first";
      last = reason.points;
    }
    ASSERT_EQ(sum, ranked.score);
    ASSERT_LE(most, 100);
  }
}

}  // namespace
}  // namespace clusterwire::filter
