#include <gmock/gmock.h>

#include "clusterwire/catalogue/v1/programme.pb.h"

#include "libs/base/testing/status_matchers.h"
#include "services/catalogue/import/registers/register.h"
#include "services/catalogue/import/testing/import_bench.h"
#include "services/catalogue/resources/programmes/programme_rules.h"

// How programmes are run, from a register.
namespace clusterwire::catalogue::registers {
namespace {

using ::testing::Contains;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Report = v1::ImportResponse;
using Start = v1::ImportStart;

std::string Line(const std::string& more) {
  return absl::StrCat(R"({"name": "P", "kind": "platform", "country": "EU", )",
                      R"("source": "https://x.example", )", more, "}");
}
std::string Criterion(const std::string& check) {
  return Line(
      absl::StrCat(R"("criteria": [{"id": "a", "group": "impact", "title": "A", )", check, "}]"));
}

class TermsOfRegistersTest : public ::testing::Test {
 protected:
  TermsOfRegistersTest() { bench_.ImportTaxonomies(); }
  Report Import(const std::string& line) {
    return bench_.Import(Start::KIND_PROGRAMMES, {line}).front();
  }

  ImportBench bench_;
};

TEST_F(TermsOfRegistersTest, TheRealProgrammesSayHowTheyAreRun) {
  EXPECT_THAT(OutcomesOf(bench_.ImportFile(Start::KIND_PROGRAMMES, "programmes.ndjson")),
              Each(Report::OUTCOME_CREATED));
  const auto go_cluster = bench_.Get<v1::Programme>("programmes/go-cluster");
  std::set<v1::Criterion::Group> groups;
  for (const v1::Criterion& criterion : go_cluster.criteria()) groups.insert(criterion.group());
  EXPECT_EQ(groups.size(), 4u);
  EXPECT_TRUE(go_cluster.admission().consultation_first());
  EXPECT_EQ(go_cluster.duty().level(), "silver");
  EXPECT_EQ(go_cluster.duty().since(), "2016");
  EXPECT_GT(go_cluster.offerings_size(), 4);
  const auto eccp = bench_.Get<v1::Programme>("programmes/eccp");
  EXPECT_TRUE(eccp.admission().lists_drafts());
  for (const v1::Criterion& criterion : eccp.criteria()) {
    EXPECT_THAT(criterion.waived_for_members_of(), ElementsAre("programmes/go-cluster"));
  }
  EXPECT_THAT(bench_.FactsOf("programmes/eccp").text(), HasSubstr("EU Clusters Talks"));
}

TEST_F(TermsOfRegistersTest, TheSameLinesAgainChangeNothing) {
  bench_.ImportFile(Start::KIND_PROGRAMMES, "programmes.ndjson");
  EXPECT_THAT(OutcomesOf(bench_.ImportFile(Start::KIND_PROGRAMMES, "programmes.ndjson")),
              Each(Report::OUTCOME_UNCHANGED));
}

TEST_F(TermsOfRegistersTest, AThresholdThatNoSourceStatesSaysSo) {
  bench_.ImportFile(Start::KIND_PROGRAMMES, "programmes.ndjson");
  const auto programme = bench_.Get<v1::Programme>("programmes/go-cluster");
  for (const v1::Criterion& criterion : programme.criteria()) {
    if (criterion.id() == "germany") continue;
    EXPECT_THAT(criterion.description(), HasSubstr("Illustrative")) << criterion.id();
  }
}

TEST_F(TermsOfRegistersTest, AWrongCriterionIsRefusedByItsLineAndField) {
  for (
      const auto& [line, error] : std::vector<std::pair<std::string, std::string>>{
          {Criterion(R"("filter": {"sectors": ["esca:cheese"]})"),
           "criteria[0].filter.sectors[0]: 'esca:cheese' is not in"},
          {Criterion(R"("filter": {"none_of": [{"size": {"min": 5, "max": 2}}]})"),
           "criteria[0].filter.none_of[0].size.max: is below min"},
          {Criterion(R"("filter": {"kind": "x"})"), "criteria[0].filter.kind"},
          {Criterion(R"("measure": "employees", "minimum": 2)"),
           "criteria[0].measure: 'employees' must be management_fte"},
          {Criterion(R"("measure": "members", "minimum": 2, "by_hand": true)"),
           "criteria[0].by_hand: stands beside measure"},
          {Criterion(R"("by_hand": true, "weivable": true)"), "criteria[0].weivable"},
          {Line(R"("duty": {"level": "silver"})"), "duty.since: is required"},
          {Line(
               R"("offerings": [{"id": "a", "kind": "consulting", "title": "A", "levels": ["x"]}])"),
           "offerings[0].levels: belongs to KIND_COST_COVERAGE"}}) {
    const Report report = Import(line);
    EXPECT_EQ(report.outcome(), Report::OUTCOME_REFUSED) << line;
    EXPECT_THAT(report.notes(), Contains(HasSubstr(error))) << line;
  }
}

TEST_F(TermsOfRegistersTest, ALineWaitsForTheSchemeThatItNames) {
  const std::string duty =
      Line(R"("duty": {"scheme": "labelSchemes/s", "level": "one", "since": 2016})");
  const Report alone = Import(duty);
  EXPECT_EQ(alone.outcome(), Report::OUTCOME_REFUSED);
  EXPECT_THAT(alone.notes(),
              ElementsAre("duty.scheme: 'labelSchemes/s' is not here and none of this import"));
  EXPECT_THAT(OutcomesOf(bench_.Import(
                  Start::KIND_PROGRAMMES,
                  {duty, R"({"name": "S", "kind": "label scheme", "country": "EU", )"
                         R"("label_levels": ["one"], "source": "https://x.example"})"})),
              ElementsAre(Report::OUTCOME_CREATED, Report::OUTCOME_CREATED));
}

TEST_F(TermsOfRegistersTest, AnAmountIsMoney) {
  bench_.ImportFile(Start::KIND_PROGRAMMES, "programmes.ndjson");
  ASSERT_EQ(Import(Line(R"("offerings": [{"id": "a", "kind": "cost_coverage", "title": "A", )"
                        R"("scheme": "labelSchemes/ecei", "levels": ["silver"], "amount": )"
                        R"({"currency_code": "EUR", "units": 4307, "nanos": 800000000}}])"))
                .outcome(),
            Report::OUTCOME_CREATED);
  EXPECT_EQ(bench_.Get<v1::Programme>("programmes/p").offerings(0).amount().units(), 4307);
}

}  // namespace
}  // namespace clusterwire::catalogue::registers
