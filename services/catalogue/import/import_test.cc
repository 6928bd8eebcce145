#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "clusterwire/catalogue/v1/event.pb.h"
#include "clusterwire/catalogue/v1/label.pb.h"
#include "clusterwire/catalogue/v1/label_scheme.pb.h"

#include "libs/base/testing/status_matchers.h"
#include "libs/filter/predicate.h"
#include "services/catalogue/import/testing/import_bench.h"
#include "services/catalogue/resources/events/event_rules.h"
#include "services/catalogue/resources/labels/label_rules.h"
#include "services/catalogue/resources/labels/label_scheme_rules.h"
#include "services/catalogue/resources/taxonomies/taxonomy_rules.h"

// All the real records of tests/data, in the order in which the client sends them.
namespace clusterwire::catalogue::registers {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::Pair;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;
using Report = v1::ImportResponse;

std::map<Report::Outcome, int> Tally(const Reports& reports) {
  std::map<Report::Outcome, int> tally;
  for (const Report& report : reports) ++tally[report.outcome()];
  return tally;
}

class RealRecordsTest : public ::testing::Test {
 protected:
  RealRecordsTest() : reports_(bench_.ImportAll()) {}

  // The titles of what matches, as the public sees it.
  std::vector<std::string> Find(const type::v1::Filter& filter) {
    const auto predicate = filter::Predicate::Compile(filter, filter::Viewer::Public()).value();
    std::vector<std::string> titles;
    const auto reader = bench_.store().Read().value();
    store::ScanOptions scan;
    for (bool more = true; more;) {
      const auto page = reader->Scan(scan).value();
      for (const store::Scanned& scanned : page) {
        scan.after = store::NameOf(*scanned.resource);
        const auto facts = facts::Parse(scanned.facts).value();
        if (facts && predicate.Matches(*facts)) {
          titles.push_back(facts->title());
        }
      }
      more = page.size() == static_cast<size_t>(scan.limit);
    }
    return titles;
  }

  ImportBench bench_;
  Reports reports_;
};

TEST_F(RealRecordsTest, AllOfThemAreIn) {
  EXPECT_EQ(bench_.Count("cluster"), 395);
  EXPECT_EQ(bench_.Count("label"), 190);
  EXPECT_EQ(bench_.Count("event"), 62);
  EXPECT_EQ(bench_.Count("programme"), 45);
  EXPECT_EQ(bench_.Count("label_scheme"), 6);
  EXPECT_EQ(bench_.Count("membership"), 179);
  EXPECT_EQ(bench_.Count("taxonomy"), 4);
  for (const Report& report : reports_) {
    EXPECT_NE(report.outcome(), Report::OUTCOME_REFUSED) << report.ShortDebugString();
  }
}

TEST_F(RealRecordsTest, ReferencesToLabelSchemesAndRegionsThatStayTextsAreReported) {
  std::map<std::string, int> regions;
  int schemes = 0;
  for (const Report& report : reports_) {
    for (const std::string& note : report.notes()) {
      if (note.starts_with("region: ")) {
        ++regions[note.substr(0, note.find(" in the list"))];
        continue;
      }
      ++schemes;
      EXPECT_THAT(note, ::testing::HasSubstr("is a label scheme"));
    }
  }
  EXPECT_EQ(schemes, 25);
  EXPECT_THAT(regions, ElementsAre(Pair("region: 'Kerry' is no region of IE", 1),
                                   Pair("region: 'Småland' is no region of SE", 1),
                                   Pair("region: 'South-West (Bulgaria)' is no region of BG", 1),
                                   Pair("region: 'Vojvodina' is no region of RS", 2)));
}

TEST_F(RealRecordsTest, ClustersAreFoundByTheirGermanStateAndTheirFrenchRegion) {
  const std::map<std::string, size_t> counts = {
      {"nuts:DE1", 12}, {"nuts:DE2", 6}, {"nuts:DE3", 5}, {"nuts:DE4", 10}, {"nuts:DE5", 1},
      {"nuts:DE6", 4},  {"nuts:DE7", 2}, {"nuts:DE8", 1}, {"nuts:DE9", 1},  {"nuts:DEA", 18},
      {"nuts:DEB", 3},  {"nuts:DEC", 0}, {"nuts:DED", 3}, {"nuts:DEE", 11}, {"nuts:DEF", 2},
      {"nuts:DEG", 2},  {"nuts:FR1", 1}, {"nuts:FRB", 0}, {"nuts:FRC", 1},  {"nuts:FRD", 0},
      {"nuts:FRE", 2},  {"nuts:FRF", 2}, {"nuts:FRG", 2}, {"nuts:FRH", 2},  {"nuts:FRI", 2},
      {"nuts:FRJ", 1},  {"nuts:FRK", 2}, {"nuts:FRL", 0}};
  for (const auto& [region, count] : counts) {
    type::v1::Filter filter;
    filter.add_types("cluster");
    filter.add_regions(region);
    EXPECT_THAT(Find(filter), SizeIs(count)) << region;
  }
}

TEST_F(RealRecordsTest, SilverLabelsInSaxonyAreFound) {
  type::v1::Filter filter;
  filter.add_types("label");
  filter.add_kinds("silver");
  filter.add_regions("nuts:DED");
  EXPECT_THAT(Find(filter), ElementsAre("ECEI Silver: biosaxony"));
}

TEST_F(RealRecordsTest, CodesAreFoundByEnglishNamesAndShortForms) {
  const Taxonomies taxonomies(bench_.store());
  const std::map<std::string, std::string> codes = {
      {"saxony", "nuts:DED"},       {"Sachsen", "nuts:DED"},  {"Bavaria", "nuts:DE2"},
      {"NRW", "nuts:DEA"},          {"PACA", "nuts:FRL"},     {"Brittany", "nuts:FRH"},
      {"lower saxony", "nuts:DE9"}, {"Tuscany", "nuts:ITI1"}, {"Flanders", "nuts:BE2"},
      {"catalonia", "nuts:ES51"},   {"Vienna", "nuts:AT13"},  {"DED2", "nuts:DED2"}};
  for (const auto& [query, code] : codes) {
    const auto found = taxonomies.SearchCodes({.viewer = filter::Viewer::Public()}, query, "", 20);
    ASSERT_THAT(found, IsOk());
    ASSERT_FALSE(found->empty()) << query;
    EXPECT_EQ(found->front().code(), code) << query << ": what is called so stands first";
  }
}

TEST_F(RealRecordsTest, ASecondImportChangesNothing) {
  const int64_t before = bench_.revision();
  const Reports again = bench_.ImportAll();
  EXPECT_THAT(Tally(again), UnorderedElementsAre(
                                Pair(Report::OUTCOME_UNCHANGED, static_cast<int>(again.size()))));
  EXPECT_EQ(bench_.revision(), before);
}

TEST_F(RealRecordsTest, GoClusterHasItsMembers) {
  type::v1::Filter filter;
  filter.add_types("cluster");
  filter.add_programmes("programmes/go-cluster");
  EXPECT_THAT(Find(filter), SizeIs(25));
}

TEST_F(RealRecordsTest, ThoseThatEverHeldGoldNearBerlinAreFound) {
  type::v1::Filter filter;
  filter.add_types("cluster");
  filter.add_labels_held("ecei:gold");
  filter.mutable_within()->set_latitude(52.52);
  filter.mutable_within()->set_longitude(13.40);
  filter.mutable_within()->set_radius_meters(300'000);
  EXPECT_THAT(Find(filter), UnorderedElementsAre("Silicon Saxony e. V.", "Hamburg Aviation",
                                                 "Logistik-Initiative Hamburg"));
}

TEST_F(RealRecordsTest, LabelsWhoseEndIsPastAreStoredAsLapsedAndFireNothing) {
  int ended = 0;
  const auto reader = bench_.store().Read().value();
  store::ScanOptions scan;
  scan.type = "label";
  scan.limit = 1000;
  const auto labels = reader->Scan(scan).value();
  for (const store::Scanned& scanned : labels) {
    const auto& label = static_cast<const v1::Label&>(*scanned.resource);
    ended += label.valid_until().empty() ? 0 : 1;
    EXPECT_EQ(label.state(),
              label.valid_until().empty() ? v1::Label::STATE_UNKNOWN : v1::Label::STATE_LAPSED)
        << label.ShortDebugString();
  }
  EXPECT_EQ(ended, 83);
  const auto timers = bench_.store().DueTimers(absl::InfiniteFuture(), 1000);
  ASSERT_THAT(timers, IsOk());
  for (const store::DueTimer& due : *timers) {
    EXPECT_THAT(due.name, Not(HasSubstr("/labels/"))) << due.timer.what;
  }
}

TEST_F(RealRecordsTest, SchemesHaveTheLevelsThatTheirLabelsName) {
  const auto ecei = bench_.Get<v1::LabelScheme>("labelSchemes/ecei");
  EXPECT_EQ(ecei.title(), "European Cluster Excellence Initiative");
  EXPECT_EQ(ecei.levels_size(), 3);
  EXPECT_EQ(ecei.renewal_window_months(), 12);
  EXPECT_EQ(ecei.period().start(), "2009") << "what the other file says of it is kept";
  const auto hungary = bench_.Get<v1::LabelScheme>("labelSchemes/accredited-clusters-hungary");
  ASSERT_EQ(hungary.levels_size(), 1);
  EXPECT_EQ(hungary.levels(0).id(), "accredited");
}

TEST_F(RealRecordsTest, SideEventsKnowTheirConference) {
  const auto side = bench_.Get<v1::CalendarEvent>("events/award-ceremony-of-the-first-gold-labels");
  EXPECT_EQ(side.parent(), "events/european-cluster-conference-2012");
}

TEST_F(RealRecordsTest, EverythingIsPublished) {
  EXPECT_EQ(bench_.FactsOf("clusters/silicon-saxony-e-v").state(), "published");
  EXPECT_EQ(bench_.FactsOf("programmes/go-cluster").state(), "published");
}

}  // namespace
}  // namespace clusterwire::catalogue::registers
