#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/base/testing/status_matchers.h"
#include "libs/resource/name.h"
#include "services/catalogue/import/registers/register.h"
#include "services/catalogue/import/testing/import_bench.h"
#include "services/catalogue/import/upsert.h"
#include "services/catalogue/resources/clusters/cluster_rules.h"
#include "services/catalogue/resources/events/event_rules.h"
#include "services/catalogue/resources/labels/label_scheme_rules.h"
#include "services/catalogue/resources/programmes/programme_rules.h"

namespace clusterwire::catalogue::registers {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// The line of a file of tests/data that holds `text`.
std::string RealLine(const std::string& file, const std::string& text) {
  for (const std::string& line : DataLines(file)) {
    if (line.find(text) != std::string::npos) return line;
  }
  ADD_FAILURE() << "no line of " << file << " has " << text;
  return "{}";
}

const type::v1::Source* SourceOf(const auto& resource, std::string_view field) {
  for (const type::v1::Source& source : resource.sources()) {
    if (source.field() == field) return &source;
  }
  return nullptr;
}

// The real code lists.
class MappingTest : public ::testing::Test {
 protected:
  MappingTest() {
    bench_.ImportTaxonomies();
    book_ = CodeBook::Read(*bench_.store().Read().value()).value();
  }

  ImportBench bench_;
  std::shared_ptr<const CodeBook> book_;
};

TEST_F(MappingTest, AClusterKeepsAllThatItsLineSays) {
  const auto record =
      MapCluster(RealLine("clusters.ndjson", "\"Agri Sud-Ouest Innovation\""), "2026-11", *book_);
  ASSERT_THAT(record, IsOk());
  const v1::Cluster& cluster = record->cluster;
  EXPECT_EQ(cluster.title(), "Agri Sud-Ouest Innovation");
  EXPECT_EQ(cluster.state(), v1::Cluster::STATE_PUBLISHED);
  EXPECT_THAT(cluster.former_titles(), ElementsAre("AgriMip Sud-Ouest Innovation"));
  EXPECT_EQ(cluster.seat().city(), "Toulouse");
  EXPECT_EQ(cluster.seat().point().precision(), type::v1::POINT_PRECISION_CITY);
  EXPECT_THAT(cluster.sectors(), ElementsAre("esca:food"));
  EXPECT_EQ(cluster.founded(), "2007");
  EXPECT_THAT(cluster.regions(), IsEmpty()) << "the line has none";
  EXPECT_THAT(record->programmes, ElementsAre("Pôles de compétitivité"));
  EXPECT_EQ(cluster.external_ids(0).id(), "FR/Agri Sud-Ouest Innovation");

  EXPECT_EQ(cluster.sources_size(), 4) << "the page, one more, label_level, label_awarded";
  ASSERT_NE(SourceOf(cluster, "label_level"), nullptr);
  EXPECT_EQ(SourceOf(cluster, "label_level")->value(), "gold");
  EXPECT_EQ(SourceOf(cluster, "label_awarded")->value(), "2014-02");
  EXPECT_EQ(cluster.sources(0).read_date(), "2026-11");
}

TEST_F(MappingTest, SectorsAreCodesOfAListOrNamed) {
  EXPECT_THAT(
      SectorCodes({"ict", "Tourism", "Construction", "Olive oil", "ICT"}, *book_),
      ElementsAre("esca:ict", "eu-ecosystem:tourism", "esca:construction", "named:olive-oil"));
}

TEST_F(MappingTest, EveryErrorOfALineIsNamedAtOnce) {
  const auto record = MapCluster(
      R"({"name": "X", "latitude": 5.0, "sectors": "ICT", "colour": "red"})", "", *book_);
  for (const char* field : {"country", "longitude", "sectors", "colour", "source"}) {
    EXPECT_THAT(record, HasFieldError(field));
  }
}

TEST_F(MappingTest, ALabelKeepsDatesWithTheirPrecisionAndItsScore) {
  const auto audited = MapLabel(RealLine("labels.ndjson", "\"Basque Energy Cluster\""), "2026-11");
  ASSERT_THAT(audited, IsOk());
  EXPECT_EQ(audited->cluster, "Basque Energy Cluster");
  EXPECT_EQ(audited->label.assessed(), "2017-11-17");
  EXPECT_EQ(audited->label.valid_until(), "") << "never derived";
  EXPECT_EQ(audited->label.score().percent(), 84);
  EXPECT_EQ(audited->label.external_ids(0).id(), "ECEI/gold/2017-11-17");

  const auto scored = MapLabel(RealLine("labels.ndjson", "\"Software-Cluster\""), "");
  ASSERT_THAT(scored, IsOk());
  EXPECT_EQ(scored->label.score().points(), 128);
  EXPECT_EQ(scored->label.score().max_points(), 150);

  const auto renamed = MapLabel(RealLine("labels.ndjson", "NCE NODE"), "");
  ASSERT_THAT(renamed, IsOk());
  EXPECT_EQ(renamed->label.title_then(), "NCE NODE");
}

TEST_F(MappingTest, ALabelThatIsSaidToBeNoRenewalKeepsThat) {
  const auto record = MapLabel(
      R"({"cluster": "X", "country": "DE", "scheme": "ECEI", "level": "gold", "renewal": false,
          "source": "https://x.example"})",
      "");
  ASSERT_THAT(record, IsOk());
  EXPECT_FALSE(record->label.renewal());
  ASSERT_NE(SourceOf(record->label, "renewal"), nullptr);
}

TEST_F(MappingTest, AProgrammeKeepsDatedCountsPeriodsAndServices) {
  const auto record = MapProgramme(RealLine("programmes.ndjson", "\"go-cluster\", \"kind\""), "");
  ASSERT_THAT(record, IsOk());
  const v1::Programme& programme = std::get<v1::Programme>(*record);
  EXPECT_EQ(programme.kind(), v1::Programme::KIND_PROGRAMME);
  EXPECT_EQ(programme.reach(), v1::Programme::REACH_NATIONAL);
  EXPECT_EQ(programme.period().start(), "2012");
  ASSERT_EQ(programme.member_counts_size(), 3);
  EXPECT_EQ(programme.member_counts(0).as_of(), "2015-05-13");
  EXPECT_EQ(programme.services_size(), 7);

  const auto bavaria = MapProgramme(RealLine("programmes.ndjson", "Cluster-Offensive"), "");
  EXPECT_EQ(std::get<v1::Programme>(*bavaria).current_period().end(), "2027");
}

TEST_F(MappingTest, ALabelSchemeKeepsPricesAndTheRulesOfItsLevels) {
  const auto esca = MapProgramme(RealLine("programmes.ndjson", "European Secretariat"), "");
  ASSERT_THAT(esca, IsOk());
  const v1::LabelScheme& scheme = std::get<v1::LabelScheme>(*esca);
  ASSERT_NE(SourceOf(scheme, "prices_eur_excl_vat.gold_renewal"), nullptr);
  EXPECT_EQ(SourceOf(scheme, "prices_eur_excl_vat.gold_renewal")->value(), "6765");

  const auto rules = MapProgramme(RealLine("label_schemes.ndjson", "ECEI"), "");
  ASSERT_THAT(rules, IsOk());
  const v1::LabelScheme& ecei = std::get<v1::LabelScheme>(*rules);
  ASSERT_EQ(ecei.levels_size(), 3);
  EXPECT_EQ(ecei.levels(0).id(), "bronze");
  EXPECT_EQ(ecei.levels(0).title(), "Bronze");
  EXPECT_EQ(ecei.levels(0).first_validity_months(), 24);
  EXPECT_EQ(ecei.levels(0).renewal_validity_months(), 36);
  EXPECT_FALSE(ecei.levels(2).has_first_validity_months());
  EXPECT_EQ(ecei.renewal_window_months(), 12);
}

TEST_F(MappingTest, ARuleForALevelThatIsNotNamedIsRefused) {
  EXPECT_THAT(MapProgramme(R"({"name": "S", "kind": "label scheme", "country": "EU",
                               "label_levels": ["one"], "level_rules": [{"level": "two"}],
                               "source": "https://x.example"})",
                           ""),
              HasFieldError("level_rules[0].level"));
}

TEST_F(MappingTest, AnEventOfWhichOnlyTheMonthIsKnownLiesWithinIt) {
  const auto record = MapEvent(RealLine("events.ndjson", "Clusters meet Regions - Málaga"), "");
  ASSERT_THAT(record, IsOk());
  EXPECT_EQ(record->period().start(), "2022-02");
  EXPECT_EQ(record->period().end(), "2022-02");
}

TEST_F(MappingTest, AnEventKeepsTimesPlaceAndItsParentsTitle) {
  const auto side = MapEvent(
      RealLine("events.ndjson", "\"Meeting of the European Cluster Associations and Networks\""),
      "");
  ASSERT_THAT(side, IsOk());
  EXPECT_EQ(side->kind(), v1::CalendarEvent::KIND_SIDE_EVENT);
  EXPECT_EQ(side->start_time(), "09:00");
  EXPECT_EQ(side->time_zone(), "Europe/Prague");
  EXPECT_EQ(side->parent(), "European Cluster Conference 2022");
  const auto conference =
      MapEvent(RealLine("events.ndjson", "\"European Cluster Conference 2019\", \"kind\""), "");
  ASSERT_THAT(conference, IsOk());
  EXPECT_EQ(conference->place().venue(), "Palace of Parliament");
  EXPECT_EQ(conference->series(), "european-cluster-conference");
  EXPECT_EQ(conference->edition(), 6);
  EXPECT_EQ(conference->registration_closes(), "2019-04-24");
}

TEST_F(MappingTest, TextsComeInThroughTheDoorOfTheServices) {
  const auto record = MapCluster(R"({"name": "Inno\u00adva\u00adtion Su\u0308d ", "country": "de",
    "city": "\ufeffKo\u0308ln\r\n", "former_names": ["Alt\u200b"], "founded_year": "2004-q3",
    "source": "https://x.example"})",
                                 "2026-11", *book_);
  ASSERT_THAT(record, IsOk());
  const v1::Cluster& cluster = record->cluster;
  EXPECT_EQ(cluster.title(), "Innovation Süd");
  EXPECT_EQ(cluster.country(), "DE");
  EXPECT_EQ(cluster.seat().city(), "Köln");
  EXPECT_THAT(cluster.former_titles(), ElementsAre("Alt"));
  EXPECT_EQ(cluster.founded(), "2004-Q3");
  EXPECT_EQ(cluster.external_ids(0).id(), "DE/Innovation Süd");

  const auto label = MapLabel(R"({"cluster": "Innovation Su\u0308d\n", "country": "de",
    "scheme": "ECEI", "level": " Silver", "awarded": "2024-q1", "source": "https://x.example"})",
                              "2026-11");
  ASSERT_THAT(label, IsOk());
  EXPECT_EQ(label->cluster, "Innovation Süd");
  EXPECT_EQ(label->country, "DE");
  EXPECT_EQ(label->label.level(), "Silver");
  EXPECT_EQ(label->label.awarded(), "2024-Q1");
}

TEST_F(MappingTest, WordsOfListsMayBeWrittenInAnyCase) {
  const auto event = MapEvent(R"({"title": "A", "kind": "Conference", "start": "2026-05-01",
    "end": "2026-05-01", "start_time": "09:00", "timezone": "europe/brussels", "country": "be",
    "source": "https://x.example"})",
                              "2026-11");
  ASSERT_THAT(event, IsOk());
  EXPECT_EQ(event->kind(), v1::CalendarEvent::KIND_CONFERENCE);
  EXPECT_EQ(event->time_zone(), "Europe/Brussels");
  EXPECT_EQ(event->place().country(), "BE");
}

TEST_F(MappingTest, ATextThatCantComeInIsNamedAsTheLineNamesIt) {
  const auto record = MapCluster(R"({"name": "\u200b", "country": "DE", "city": "a\u202eb",
    "former_names": ["x", "Gold\nfor Evil Corp"], "source": "https://x.example"})",
                                 "2026-11", *book_);
  for (const char* field : {"name", "city", "former_names[1]"}) {
    EXPECT_THAT(record, HasFieldError(field));
  }
  EXPECT_THAT(MapLabel(R"({"cluster": "a\u0007b", "country": "DE", "scheme": "ECEI",
    "level": "\u2066x", "source": "https://x.example"})",
                       "2026-11"),
              testing::AllOf(HasFieldError("cluster"), HasFieldError("level")));
}

TEST_F(MappingTest, EveryRealLineCanBeRead) {
  for (const auto& line : DataLines("clusters.ndjson")) {
    EXPECT_THAT(MapCluster(line, "", *book_), IsOk()) << line;
  }
  for (const auto& line : DataLines("labels.ndjson")) EXPECT_THAT(MapLabel(line, ""), IsOk());
  for (const auto& line : DataLines("programmes.ndjson")) {
    EXPECT_THAT(MapProgramme(line, ""), IsOk()) << line;
  }
  for (const auto& line : DataLines("events.ndjson")) EXPECT_THAT(MapEvent(line, ""), IsOk());
}

TEST(IdsTest, AnIdIsASlugThenHasTheCountryThenANumber) {
  const std::vector<std::string> ids = IdsFor("Pôle de compétitivité", "FR");
  EXPECT_EQ(ids[0], "pole-de-competitivite");
  EXPECT_EQ(ids[1], "pole-de-competitivite-fr");
  EXPECT_EQ(ids[2], "pole-de-competitivite-fr-2");
  EXPECT_EQ(IdsFor("x")[1], "x-2");
  EXPECT_THAT(IdsFor("!!!", "DE"), IsEmpty());
}

TEST(IdsTest, ALongTitleLeavesRoomForWhatIsAppended) {
  const std::vector<std::string> ids = IdsFor(std::string(100, 'a'), "DE");
  const std::set<std::string> different(ids.begin(), ids.end());
  EXPECT_EQ(different.size(), ids.size());
  for (const std::string& id : ids) EXPECT_TRUE(resource::IsId(id)) << id;
}

}  // namespace
}  // namespace clusterwire::catalogue::registers
