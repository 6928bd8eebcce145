// What each type of resource says of itself, and what it aggregates and inherits.
#include <algorithm>

#include "absl/strings/str_join.h"
#include "google/protobuf/text_format.h"
#include <gmock/gmock.h>

#include "libs/base/testing/status_matchers.h"
#include "libs/filter/predicate.h"
#include "services/catalogue/resources/clusters/cluster_rules.h"
#include "services/catalogue/resources/events/event_rules.h"
#include "services/catalogue/resources/labels/label_rules.h"
#include "services/catalogue/resources/memberships/membership_rules.h"
#include "services/catalogue/resources/programmes/programme_rules.h"
#include "services/catalogue/testing/world.h"

namespace clusterwire::catalogue {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

template <typename T>
T FromText(const char* text) {
  T message;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &message));
  return message;
}

class FactsTest : public ::testing::Test {
 protected:
  std::string NewCluster(const char* more) {
    v1::Cluster cluster = world_.GoodCluster();
    cluster.MergeFrom(FromText<v1::Cluster>(more));
    return world_.Of<Clusters>().Create(world_.AsOperator(), "", cluster, "saxony")->name();
  }
  std::string Award(const std::string& cluster, const char* text, const std::string& id = "") {
    v1::Label label = FromText<v1::Label>(text);
    label.set_scheme("labelSchemes/ecei");
    const auto awarded = world_.Of<Labels>().Award(world_.AsOperator(), cluster, label, id);
    EXPECT_THAT(awarded, IsOk());
    return awarded->name();
  }
  std::string Join(const std::string& cluster, const char* text = "") {
    v1::Membership membership = FromText<v1::Membership>(text);
    membership.set_cluster(cluster);
    const auto created = world_.Of<Memberships>().Create(world_.AsOperator(),
                                                         "programmes/go-cluster", membership, "");
    EXPECT_THAT(created, IsOk());
    return created->name();
  }
  std::string NewEvent(const char* text) {
    const auto created =
        world_.Of<Events>().Create(world_.AsOperator(), "", FromText<v1::CalendarEvent>(text), "");
    EXPECT_THAT(created, IsOk());
    return created->name();
  }
  // Who may see it: "everybody", or the members of the audience.
  std::string SeenBy(const std::string& name) {
    const facts::Facts facts = world_.FactsOf(name);
    return facts.has_audience() ? absl::StrJoin(facts.audience().members(), " ") : "everybody";
  }

  World world_{"2024-06-01"};
};

TEST_F(FactsTest, AClusterSaysItsCodesWithAllAboveThemAndIsFoundUnderAllItsNames) {
  const facts::Facts facts = world_.FactsOf(NewCluster(R"pb(
    acronym: "SiSa"
    former_titles: "Dresden Chips"
    localized_titles { language: "fr" text: "Saxe" }
    seat {
      city: "Dresden"
      point { latitude: 51 longitude: 13.7 precision: POINT_PRECISION_CITY }
    }
    members { total: 380 }
    languages: "en"
    languages: "de"
    website: "https://silicon-saxony.de"
    sectors: "named:photonics"
    external_ids { scheme: "eccp" id: "42" }
    support_services: "Coaching")pb"));
  EXPECT_EQ(facts.type(), "cluster");
  EXPECT_EQ(facts.title(), "Silicon Saxony");
  EXPECT_EQ(facts.summary(), "Cluster organisation in Dresden, DE");
  EXPECT_THAT(facts.codes(), ElementsAre("esca:ict", "iso:DE", "named:photonics", "nuts:DE",
                                         "nuts:DED", "nuts:DED2"));
  EXPECT_EQ(facts.point().latitude(), 51);
  EXPECT_EQ(facts.size(), 380);
  EXPECT_THAT(facts.languages(), ElementsAre("de", "en"));
  EXPECT_THAT(facts.names(), ElementsAre("Dresden Chips", "Saxe", "SiSa"));
  EXPECT_THAT(facts.external_ids(), ElementsAre("eccp:42"));
  EXPECT_THAT(facts.clusters(), ElementsAre("clusters/saxony"));
  EXPECT_THAT(facts.text(), HasSubstr("Coaching"));
  EXPECT_EQ(facts.state(), "published");
}

TEST_F(FactsTest, ALabelInheritsFromItsClusterWhatItDoesNotSayItself) {
  const std::string cluster = NewCluster(R"pb(
    website: "https://silicon-saxony.de"
    seat { point { latitude: 51 longitude: 13.7 precision: POINT_PRECISION_CITY } })pb");
  Join(cluster);
  const facts::Facts facts = world_.FactsOf(Award(
      cluster, "level: 'silver' awarded: '2024-05' assessed: '2024-04' title_then: 'Old name'"));
  EXPECT_EQ(facts.title(), "ECEI Silver: Silicon Saxony");
  EXPECT_EQ(facts.summary(), "Awarded 2024-05. Valid until 2026-04-30.");
  EXPECT_EQ(facts.kind(), "silver");
  EXPECT_EQ(facts.state(), "valid");
  EXPECT_EQ(facts.period().start(), "2024-05");
  EXPECT_EQ(facts.deadline(), "2026-04-30");
  EXPECT_EQ(facts.link(), "https://silicon-saxony.de");
  EXPECT_EQ(facts.point().longitude(), 13.7);
  EXPECT_THAT(facts.clusters(), ElementsAre(cluster));
  EXPECT_THAT(facts.programmes(), ElementsAre("programmes/go-cluster"));
  EXPECT_THAT(facts.label_levels(), ElementsAre("ecei:bronze", "ecei:silver"));
  EXPECT_THAT(facts.names(), ElementsAre("Old name"));
}

TEST_F(FactsTest, CodesLevelsAndTheClusterAreCalledByTheirTitles) {
  const std::string cluster = NewCluster("sectors: 'named:quantum-sensors'");
  const facts::Facts label = world_.FactsOf(Award(cluster, "level: 'silver' awarded: '2024-05'"));
  std::vector<std::string> told;
  for (const char* value : {"nuts:DED", "nuts:DED2", "iso:DE", "esca:ict", "named:quantum-sensors",
                            "ecei:bronze", "ecei:silver", "clusters/saxony"}) {
    told.push_back(filter::TitleWithValue(value, label));
  }
  EXPECT_THAT(told, ElementsAre("Saxony (nuts:DED)", "Dresden (nuts:DED2)", "Germany (iso:DE)",
                                "ICT (esca:ict)", "quantum sensors (named:quantum-sensors)",
                                "ECEI Bronze (ecei:bronze)", "ECEI Silver (ecei:silver)",
                                "Silicon Saxony (clusters/saxony)"));
  std::vector<std::string> values;
  for (const type::v1::Title& title : label.titles()) values.push_back(title.value());
  EXPECT_TRUE(std::ranges::is_sorted(values));
}

TEST_F(FactsTest, ALinkLeadsToAPageOfItsOwnOrItsClustersOrToTheSource) {
  const std::string cluster = NewCluster(R"pb(
    sources { field: "founded" uri: "https://register.example/founded" }
    sources { uri: "https://register.example/saxony" })pb");
  EXPECT_EQ(world_.FactsOf(cluster).link(), "https://register.example/saxony");
  EXPECT_EQ(world_.FactsOf(Award(cluster, "level: 'silver' awarded: '2024'")).link(),
            "https://register.example/saxony");
  EXPECT_EQ(world_.FactsOf(Join(cluster)).link(), "https://register.example/saxony");
  const char* event = R"pb(
    title: "Conference"
    kind: KIND_CONFERENCE
    period { start: "2025-05" end: "2025-05" }
    sources { uri: "https://register.example/event" })pb";
  EXPECT_EQ(world_.FactsOf(NewEvent(event)).link(), "https://register.example/event");
  EXPECT_EQ(world_
                .FactsOf(NewEvent(R"pb(
                  title: "Own"
                  kind: KIND_CONFERENCE
                  period { start: "2025-05" end: "2025-05" }
                  link: "https://own.example"
                  sources { uri: "https://register.example/event" })pb"))
                .link(),
            "https://own.example");
}

TEST_F(FactsTest, ALevelCountsAsValidWhileItIsAndAsHeldForEver) {
  const std::string cluster = NewCluster("");
  Award(cluster, "level: 'gold' valid_until: '2020'", "lapsed");
  EXPECT_THAT(world_.FactsOf(cluster).label_levels(), IsEmpty());
  EXPECT_THAT(world_.FactsOf(cluster).labels_held(),
              ElementsAre("ecei:bronze", "ecei:gold", "ecei:silver"));
  v1::RevokeLabelRequest revoke;
  revoke.set_name(Award(cluster, "level: 'bronze' valid_until: '2025'", "valid"));
  EXPECT_THAT(world_.FactsOf(cluster).label_levels(), ElementsAre("ecei:bronze"));
  revoke.set_revoked("2024-05-31");
  revoke.set_reason("too small");
  ASSERT_THAT(world_.Of<Labels>().Revoke(world_.AsOperator(), revoke), IsOk());
  EXPECT_THAT(world_.FactsOf(cluster).label_levels(), IsEmpty());
  EXPECT_THAT(world_.FactsOf(revoke.name()).summary(), HasSubstr("Revoked 2024-05-31: too small"));
}

TEST_F(FactsTest, ALabelWithoutAnEndIsHeldAndNotKnownToBeValid) {
  const std::string cluster = NewCluster("");
  Award(cluster, "level: 'silver' awarded: '2024'");
  EXPECT_THAT(world_.FactsOf(cluster).label_levels(), IsEmpty());
  EXPECT_THAT(world_.FactsOf(cluster).labels_held(), ElementsAre("ecei:bronze", "ecei:silver"));
}

TEST_F(FactsTest, AMembershipThatEndedBelongsToItsProgrammeAsAPartAlone) {
  const std::string cluster = NewCluster("");
  const facts::Facts facts =
      world_.FactsOf(Join(cluster, "level: 'Observer' period { start: '2013' end: '2020' }"));
  EXPECT_EQ(facts.title(), "Member of go-cluster (Observer): Silicon Saxony");
  EXPECT_EQ(facts.summary(), "Member 2013 to 2020.");
  EXPECT_EQ(facts.state(), "ended");
  EXPECT_EQ(facts.parent(), "programmes/go-cluster");
  EXPECT_EQ(facts.period().end(), "2020");
  EXPECT_THAT(facts.programmes(), IsEmpty());
  EXPECT_THAT(world_.FactsOf(cluster).programmes(), IsEmpty());
}

TEST_F(FactsTest, AnEventSaysWhenAndWhereItIsAndUntilWhenOneRegisters) {
  const std::string parent = NewEvent(R"pb(
    title: "Conference"
    kind: KIND_CONFERENCE
    period { start: "2024-09-10" end: "2024-09-11" }
    place { city: "Wien" country: "GR" }
    state: STATE_PUBLISHED)pb");
  const facts::Facts facts = world_.FactsOf(NewEvent(R"pb(
    title: "Matchmaking"
    kind: KIND_MATCHMAKING
    period { start: "2024-09-11" }
    registration_closes: "2024-08"
    parent: "events/conference"
    sectors: "esca:health"
    programmes: "programmes/go-cluster"
    online: true
    state: STATE_PUBLISHED)pb"));
  EXPECT_EQ(world_.FactsOf(parent).summary(), "2024-09-10 to 2024-09-11, Wien, GR");
  EXPECT_THAT(world_.FactsOf(parent).codes(), ElementsAre("iso:GR", "nuts:EL"));
  EXPECT_EQ(facts.kind(), "matchmaking");
  EXPECT_EQ(facts.summary(), "2024-09-11, online");
  EXPECT_EQ(facts.deadline(), "2024-08");
  EXPECT_EQ(facts.parent(), parent);
  EXPECT_THAT(facts.codes(), ElementsAre("esca:health"));
  EXPECT_THAT(facts.programmes(), ElementsAre("programmes/go-cluster"));
}

TEST_F(FactsTest, ProgrammesSchemesAndCodeListsAreFoundToo) {
  const facts::Facts programme = world_.FactsOf("programmes/go-cluster");
  EXPECT_EQ(programme.kind(), "programme");
  EXPECT_THAT(programme.codes(), ElementsAre("iso:DE", "nuts:DE"));
  const facts::Facts scheme = world_.FactsOf("labelSchemes/ecei");
  EXPECT_THAT(scheme.names(), ElementsAre("ECEI"));
  EXPECT_THAT(scheme.text(), HasSubstr("Gold"));
  EXPECT_THAT(scheme.codes(), IsEmpty());  // the EU is no country
  const facts::Facts nuts = world_.FactsOf("taxonomies/nuts");
  EXPECT_EQ(nuts.kind(), "region");
  EXPECT_EQ(nuts.summary(), "5 codes, version 2024");
}

TEST_F(FactsTest, ADraftIsSeenByItsOwnPeopleAndSoIsWhatIsAboutIt) {
  v1::Cluster draft = world_.GoodCluster("Draft");
  draft.set_state(v1::Cluster::STATE_DRAFT);
  ASSERT_THAT(world_.Of<Clusters>().Create(world_.AsOperator(), "", draft, ""), IsOk());
  EXPECT_EQ(SeenBy("clusters/draft"), "clusters/draft");
  EXPECT_EQ(SeenBy(Award("clusters/draft", "level: 'gold'")), "clusters/draft");
  EXPECT_EQ(SeenBy(Join("clusters/draft")), "clusters/draft");
  EXPECT_EQ(SeenBy(NewEvent("title: 'X' kind: KIND_MEETING period { start: '2024' }")), "events/x");
  const std::string cluster = NewCluster("");
  EXPECT_EQ(SeenBy(cluster), "everybody");
  EXPECT_EQ(SeenBy(Join(cluster, "state: STATE_DRAFT")), "programmes/go-cluster");
}

TEST_F(FactsTest, WhatIsAboutSomethingDeletedIsOutOfSightUntilItIsBack) {
  const std::string cluster = NewCluster("");
  const std::string label = Award(cluster, "level: 'gold' valid_until: '2025'");
  const std::string membership = Join(cluster);
  ASSERT_THAT(world_.Of<Clusters>().Delete(world_.AsOperator(), cluster, ""), IsOk());
  for (const std::string& name : {cluster, label, membership}) {
    EXPECT_FALSE(world_.HasFacts(name)) << name;
  }
  ASSERT_THAT(world_.Of<Clusters>().Undelete(world_.AsOperator(), cluster, ""), IsOk());
  for (const std::string& name : {cluster, label, membership}) {
    EXPECT_TRUE(world_.HasFacts(name)) << name;
  }
  ASSERT_THAT(world_.Of<Programmes>().Delete(world_.AsOperator(), "programmes/go-cluster", ""),
              IsOk());
  EXPECT_FALSE(world_.HasFacts(membership));
  EXPECT_THAT(world_.FactsOf(cluster).programmes(), IsEmpty());
  ASSERT_THAT(world_.Of<Programmes>().Undelete(world_.AsOperator(), "programmes/go-cluster", ""),
              IsOk());
  EXPECT_THAT(world_.FactsOf(cluster).programmes(), ElementsAre("programmes/go-cluster"));
}

TEST_F(FactsTest, LabelsOfADeletedClusterAreListedForOperatorsWhoAskForThem) {
  const std::string cluster = NewCluster("");
  Award(cluster, "level: 'gold'");
  ASSERT_THAT(world_.Of<Clusters>().Delete(world_.AsOperator(), cluster, ""), IsOk());
  ListQuery query;
  query.parent = "clusters/-";
  EXPECT_THAT(world_.Of<Labels>().List(world_.Read(), query)->resources, IsEmpty());
  query.show_deleted = true;
  EXPECT_EQ(world_.Of<Labels>().List(world_.Read(), query)->resources.size(), 1u);
}

// Of one write, since what it hides must not be seen a moment longer.
TEST_F(FactsTest, AProgrammeWithAThousandMembersCanBeDeletedAndIsGoneFromAllOfThemAtOnce) {
  constexpr int kMembers = 1050;
  std::vector<std::string> clusters, memberships;
  for (int i = 0; i < kMembers; ++i) {
    const auto created = world_.Of<Clusters>().Create(
        world_.AsOperator(), "", world_.GoodCluster(absl::StrCat(i)), absl::StrCat("cluster-", i));
    ASSERT_THAT(created, IsOk());
    clusters.push_back(created->name());
    memberships.push_back(Join(clusters.back()));
  }
  ASSERT_THAT(world_.FactsOf(clusters.back()).programmes(), ElementsAre("programmes/go-cluster"));
  ASSERT_THAT(world_.Of<Programmes>().Delete(world_.AsOperator(), "programmes/go-cluster", ""),
              IsOk());
  for (int i = 0; i < kMembers; ++i) {
    ASSERT_THAT(world_.FactsOf(clusters[static_cast<size_t>(i)]).programmes(), IsEmpty()) << i;
    ASSERT_FALSE(world_.HasFacts(memberships[static_cast<size_t>(i)])) << i;
  }
}

}  // namespace
}  // namespace clusterwire::catalogue
