#include "services/catalogue/resources/programmes/judgement.h"

#include "google/protobuf/text_format.h"
#include <gmock/gmock.h>

#include "services/catalogue/testing/world.h"

namespace clusterwire::catalogue {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using Criterion = v1::Criterion;
using Verdict = v1::Verdict;

template <typename T>
T FromText(const std::string& text) {
  T message;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &message)) << text;
  return message;
}

auto Is(Verdict::Outcome outcome, const std::string& reason) {
  return AllOf(Field(&Judgement::outcome, outcome), Field(&Judgement::reason, HasSubstr(reason)));
}

Judgement Measure(const std::string& cluster, Criterion::Measure measure, double minimum) {
  return JudgeMeasure(FromText<v1::Cluster>(cluster), measure, minimum);
}

TEST(MeasureTest, ANumberThatIsStatedIsMetOrNotAndBothNumbersAreSaid) {
  EXPECT_THAT(Measure("members { total: 15 }", Criterion::MEASURE_MEMBERS, 15),
              Is(Verdict::OUTCOME_MET, "has 15 members; asked for at least 15"));
  EXPECT_THAT(Measure("members { total: 1 }", Criterion::MEASURE_MEMBERS, 15),
              Is(Verdict::OUTCOME_NOT_MET, "has 1 member; asked for at least 15"));
  EXPECT_THAT(Measure("management_team { full_time_equivalents: 0.4 }",
                      Criterion::MEASURE_MANAGEMENT_FTE, 0.5),
              Is(Verdict::OUTCOME_NOT_MET,
                 "has a management team of 0.4 full-time equivalents; asked for at least 0.5"));
}

TEST(MeasureTest, ANumberThatIsntStatedIsUnknownAndNamesItsField) {
  for (const auto& [measure, fields] :
       std::vector<std::pair<Criterion::Measure, std::vector<std::string>>>{
           {Criterion::MEASURE_MANAGEMENT_FTE, {"management_team.full_time_equivalents"}},
           {Criterion::MEASURE_MEMBERS, {"members.total"}},
           {Criterion::MEASURE_SMES, {"members.smes"}},
           {Criterion::MEASURE_COMPANIES, {"members.smes", "members.large_companies"}},
           {Criterion::MEASURE_RESEARCH_ORGANISATIONS, {"members.research_organisations"}},
           {Criterion::MEASURE_SUPPORT_SERVICES, {"support_services"}},
           {Criterion::MEASURE_LANGUAGES, {"languages"}}}) {
    const Judgement judgement = Measure("", measure, 1);
    EXPECT_THAT(judgement, Is(Verdict::OUTCOME_UNKNOWN, "doesn't state " + fields.front()));
    EXPECT_EQ(judgement.missing, fields);
  }
}

TEST(MeasureTest, ZeroThatIsStatedIsKnown) {
  EXPECT_THAT(Measure("members { smes: 0 large_companies: 0 }", Criterion::MEASURE_COMPANIES, 1),
              Is(Verdict::OUTCOME_NOT_MET, "has 0 companies as members"));
}

TEST(MeasureTest, ASumIsMetAsSoonAsItsKnownPartsReachIt) {
  EXPECT_THAT(Measure("members { smes: 20 }", Criterion::MEASURE_COMPANIES, 20),
              Is(Verdict::OUTCOME_MET, "has at least 20 companies as members"));
  const Judgement open = Measure("members { smes: 19 }", Criterion::MEASURE_COMPANIES, 20);
  EXPECT_THAT(open, Is(Verdict::OUTCOME_UNKNOWN,
                       "has at least 19 companies as members and doesn't state "
                       "members.large_companies; asked for at least 20"));
  EXPECT_THAT(open.missing, ElementsAre("members.large_companies"));
}

TEST(MeasureTest, KindsOfMembersAreCompaniesResearchAndOthers) {
  EXPECT_THAT(
      Measure("members { smes: 3 large_companies: 2 research_organisations: 0 others: 0 }",
              Criterion::MEASURE_MEMBER_KINDS, 2),
      Is(Verdict::OUTCOME_NOT_MET, "has members of 1 kind (companies); asked for at least 2"));
  EXPECT_THAT(
      Measure("members { smes: 3 research_organisations: 1 }", Criterion::MEASURE_MEMBER_KINDS, 2),
      Is(Verdict::OUTCOME_MET, "has members of at least 2 kinds (companies, research)"));
}

TEST(MeasureTest, AKindThatIsntStatedLeavesTheNumberOfKindsOpen) {
  const Judgement open =
      Measure("members { smes: 3 others: 0 }", Criterion::MEASURE_MEMBER_KINDS, 2);
  EXPECT_EQ(open.outcome, Verdict::OUTCOME_UNKNOWN);
  EXPECT_THAT(open.missing, ElementsAre("members.research_organisations"));
  EXPECT_EQ(Measure("members { smes: 0 others: 0 }", Criterion::MEASURE_MEMBER_KINDS, 3).outcome,
            Verdict::OUTCOME_NOT_MET)
      << "large companies and research can't make three kinds of two";
}

class FilterJudgementTest : public ::testing::Test {
 protected:
  Judgement Judge(const std::string& filter, const std::string& cluster) {
    v1::Cluster next = FromText<v1::Cluster>("title: 'X' country: 'DE' " + cluster);
    const auto made =
        world_.Of<Clusters>().Create(world_.AsOperator(), "", next, absl::StrCat("x-", ++made_));
    EXPECT_TRUE(made.ok()) << made.status();
    return JudgeFilter(FromText<type::v1::Filter>(filter), world_.FactsOf(made->name()), *book_);
  }

  int made_ = 0;
  World world_;
  std::shared_ptr<const CodeBook> book_ = CodeBook::Read(*world_.store->Read().value()).value();
};

TEST_F(FilterJudgementTest, AFilterIsMetOrNotByWhatIsStated) {
  EXPECT_THAT(Judge("size { min: 15 }", "members { total: 20 }"),
              Is(Verdict::OUTCOME_MET, "has 20 members; asked for at least 15"));
  EXPECT_THAT(Judge("size { min: 15 }", "members { total: 12 }"),
              Is(Verdict::OUTCOME_NOT_MET, "has 12 members; asked for at least 15"));
  EXPECT_THAT(Judge("sectors: 'esca:health'", "sectors: 'esca:ict'"),
              Is(Verdict::OUTCOME_NOT_MET, "works in ICT (esca:ict)"));
  EXPECT_THAT(Judge("label_levels: 'ecei:silver'", ""), Is(Verdict::OUTCOME_NOT_MET, "has none"));
}

TEST_F(FilterJudgementTest, WhatTheFactsLackIsUnknownAndNamed) {
  for (const auto& [filter, field] : std::vector<std::pair<std::string, std::string>>{
           {"size { min: 15 }", "members.total"},
           {"size { max: 500 }", "members.total"},
           {"sectors: 'esca:ict'", "sectors"},
           {"languages: 'en'", "languages"},
           {"external_ids: 'eccp:12'", "external_ids"},
           {"within { latitude: 51 longitude: 13 radius_meters: 1000 }", "seat.point"}}) {
    const Judgement judgement = Judge(filter, "");
    EXPECT_THAT(judgement, Is(Verdict::OUTCOME_UNKNOWN, "doesn't state " + field)) << filter;
    EXPECT_THAT(judgement.missing, ElementsAre(field)) << filter;
  }
}

TEST_F(FilterJudgementTest, ARegionNoCloserThanTheCountryIsUnknown) {
  EXPECT_THAT(Judge("regions: 'nuts:DED2'", ""),
              Is(Verdict::OUTCOME_UNKNOWN, "doesn't state regions closely enough: is in"));
  EXPECT_THAT(Judge("regions: 'nuts:DED2'", "regions: 'nuts:DED'"),
              Is(Verdict::OUTCOME_UNKNOWN, "Saxony (nuts:DED)"));
  EXPECT_EQ(Judge("regions: 'iso:FR'", "").outcome, Verdict::OUTCOME_NOT_MET);
  EXPECT_EQ(Judge("regions: 'nuts:DE'", "regions: 'nuts:DED2'").outcome, Verdict::OUTCOME_MET);
}

TEST_F(FilterJudgementTest, SectorsOfAnotherListLeaveItOpen) {
  EXPECT_THAT(Judge("sectors: 'esca:ict'", "sectors: 'named:photonics'"),
              Is(Verdict::OUTCOME_UNKNOWN, "works in photonics (named:photonics)"));
}

TEST_F(FilterJudgementTest, AnExclusionIsUnknownWhereWhatDecidesItIs) {
  const Judgement open = Judge("none_of { size { max: 14 } }", "");
  EXPECT_THAT(open, Is(Verdict::OUTCOME_UNKNOWN, "doesn't state members.total"));
  EXPECT_THAT(open.missing, ElementsAre("members.total"));
  EXPECT_THAT(Judge("none_of { size { max: 14 } }", "members { total: 20 }"),
              Is(Verdict::OUTCOME_MET, "isn't excluded, since it has 20 members"));
  EXPECT_THAT(Judge("none_of { size { max: 14 } }", "members { total: 3 }"),
              Is(Verdict::OUTCOME_NOT_MET, "is excluded, since it has 3 members"));
  EXPECT_EQ(Judge("none_of { size { max: 14 } regions: 'iso:FR' }", "").outcome,
            Verdict::OUTCOME_MET)
      << "not in France, so not excluded, whatever its size";
}

TEST_F(FilterJudgementTest, OneFieldThatFailsDecidesAndNamesNothingMissing) {
  const Judgement failed = Judge("regions: 'iso:FR' size { min: 15 }", "");
  EXPECT_THAT(failed, Is(Verdict::OUTCOME_NOT_MET, "is in"));
  EXPECT_THAT(failed.missing, IsEmpty());
  EXPECT_THAT(failed.reason, Not(HasSubstr("members")));
}

}  // namespace
}  // namespace clusterwire::catalogue
