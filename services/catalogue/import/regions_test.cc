#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "clusterwire/catalogue/v1/cluster.pb.h"
#include "clusterwire/catalogue/v1/event.pb.h"

#include "libs/base/testing/status_matchers.h"
#include "services/catalogue/import/testing/import_bench.h"
#include "services/catalogue/resources/clusters/cluster_rules.h"

namespace clusterwire::catalogue::registers {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using ::testing::StartsWith;
using Start = v1::ImportStart;
using Report = v1::ImportResponse;

// Regions in words, which become codes.
class RegionsTest : public ::testing::Test {
 protected:
  RegionsTest() { bench_.ImportTaxonomies(); }

  Reports Clusters(const std::vector<std::string>& lines) {
    return bench_.Import(Start::KIND_CLUSTERS, lines);
  }

  ImportBench bench_;
};

TEST_F(RegionsTest, ARegionInWordsBecomesItsCodeInAnyLanguageOfTheList) {
  const std::vector<std::pair<std::string, std::vector<std::string>>> regions = {
      {"Sachsen", {"nuts:DED"}},  {"SAXONY", {"nuts:DED"}},
      {"Saxe", {"nuts:DED"}},     {"NRW", {"nuts:DEA"}},
      {"Bavaria", {"nuts:DE2"}},  {"Thuringen", {"nuts:DEG"}},
      {"Hamburg", {"nuts:DE6"}},  {"Berlin / Brandenburg", {"nuts:DE3", "nuts:DE4"}},
      {"Dresden", {"nuts:DED2"}}, {"Düsseldorf, Kreisfreie Stadt", {"nuts:DEA11"}}};
  for (const auto& [words, codes] : regions) {
    const Reports reports = Clusters(
        {ClusterLine(absl::StrCat("In ", words), absl::StrCat(R"(, "region": ")", words, "\""))});
    EXPECT_THAT(reports[0].notes(), ElementsAre());
    const auto cluster = bench_.Get<v1::Cluster>(reports[0].name());
    EXPECT_THAT(cluster.regions(), ElementsAreArray(codes)) << words;
    EXPECT_EQ(cluster.seat().region(), words) << "the word is kept";
  }
}

TEST_F(RegionsTest, ProgrammesAndEventsGetTheCodesOfTheirRegionsToo) {
  const Reports programmes = bench_.Import(
      Start::KIND_PROGRAMMES,
      {R"({"name": "Of Bavaria", "kind": "programme", "country": "DE", "region": "Bavaria",)"
       R"( "source": "https://x.example"})",
       R"({"name": "Of Nowhere", "kind": "programme", "country": "EU", "region": "Bavaria",)"
       R"( "source": "https://x.example"})"});
  EXPECT_THAT(bench_.FactsOf("programmes/of-bavaria").codes(), Contains("nuts:DE2"));
  EXPECT_THAT(programmes[1].notes(),
              ElementsAre(StartsWith("region: 'Bavaria' is no region of EU")));
  const std::string event = EventLine("In Skåne");
  const Reports events =
      bench_.Import(Start::KIND_EVENTS, {absl::StrCat(event.substr(0, event.size() - 1),
                                                      R"(, "country": "SE", "region": "Skåne"})")});
  EXPECT_THAT(events[0].notes(), ElementsAre());
  EXPECT_THAT(bench_.FactsOf("events/in-skane").codes(), Contains("nuts:SE224"));
  const Reports coded = bench_.Import(
      Start::KIND_EVENTS,
      {absl::StrCat(event.substr(0, event.size() - 1), R"(, "regions": ["nuts:SE2"]})")});
  EXPECT_THAT(OutcomesOf(coded), ElementsAre(Report::OUTCOME_UPDATED));
  EXPECT_THAT(bench_.Get<v1::CalendarEvent>("events/in-skane").regions(), ElementsAre("nuts:SE2"));
}

TEST_F(RegionsTest, ARegionThatIsNoneOrSeveralStaysATextAndIsReported) {
  const Reports reports = Clusters({ClusterLine("A", R"(, "region": "Middle-earth")"),
                                    ClusterLine("B", R"(, "region": "Sachsen")", "FR"),
                                    ClusterLine("C", R"(, "region": "Sachsen / Mordor")")});
  EXPECT_THAT(
      reports[0].notes(),
      ElementsAre(StartsWith("region: 'Middle-earth' is no region of DE in the list nuts")));
  EXPECT_THAT(reports[1].notes(), ElementsAre(StartsWith("region: 'Sachsen' is no region of FR")));
  EXPECT_THAT(reports[2].notes(), ElementsAre(StartsWith("region: 'Mordor' is no region of DE")));
  EXPECT_EQ(bench_.Get<v1::Cluster>("clusters/a").regions_size(), 0);
  EXPECT_THAT(bench_.Get<v1::Cluster>("clusters/c").regions(), ElementsAre("nuts:DED"));
}

TEST_F(RegionsTest, ALineMayCarryCodesOfRegionsAndAWrongOneRefusesIt) {
  const Reports reports =
      Clusters({ClusterLine("Coded", R"(, "region": "Around Dresden", "regions": ["nuts:DED2"])"),
                ClusterLine("Wrong", R"(, "regions": ["nuts:XX9", "Sachsen"])")});
  EXPECT_THAT(OutcomesOf(reports), ElementsAre(Report::OUTCOME_CREATED, Report::OUTCOME_REFUSED));
  EXPECT_THAT(reports[0].notes(), ElementsAre());
  EXPECT_THAT(bench_.Get<v1::Cluster>("clusters/coded").regions(), ElementsAre("nuts:DED2"));
  EXPECT_THAT(reports[1].notes(), ElementsAre(StartsWith("regions[0]: 'nuts:XX9' is not in"),
                                              StartsWith("regions[1]: 'Sachsen' is no code")));
}

TEST_F(RegionsTest, TheCodeOfARegionFollowsItsTextUnlessAnEditorHasSetIt) {
  Clusters({ClusterLine("Moves", R"(, "region": "Sachsen")")});
  Clusters({ClusterLine("Moves", R"(, "region": "Somewhere")")});
  EXPECT_EQ(bench_.Get<v1::Cluster>("clusters/moves").regions_size(), 0);
  Clusters({ClusterLine("Moves", R"(, "region": "Bayern")")});
  Clusters({ClusterLine("Moves")});
  EXPECT_THAT(bench_.Get<v1::Cluster>("clusters/moves").regions(), ElementsAre("nuts:DE2"));

  v1::Cluster change = bench_.Get<v1::Cluster>("clusters/moves");
  change.clear_regions();
  change.add_regions("nuts:DE21");
  google::protobuf::FieldMask mask;
  mask.add_paths("regions");
  catalogue::Clusters clusters(bench_.store());
  ASSERT_THAT(clusters.Update(bench_.Operator(), change, mask), IsOk());
  const Reports reports = Clusters({ClusterLine("Moves", R"(, "region": "Somewhere")")});
  EXPECT_THAT(reports[0].notes(), ElementsAre());
  EXPECT_THAT(bench_.Get<v1::Cluster>("clusters/moves").regions(), ElementsAre("nuts:DE21"));
}

}  // namespace
}  // namespace clusterwire::catalogue::registers
