#include "services/catalogue/testing/world.h"

#include "google/protobuf/text_format.h"
#include <gtest/gtest.h>

#include "libs/base/time/date.h"
#include "services/catalogue/changes/topic_watch.h"
#include "services/catalogue/common/dates/calendar.h"
#include "services/catalogue/resources/clusters/cluster_rules.h"
#include "services/catalogue/resources/labels/label_scheme_rules.h"
#include "services/catalogue/resources/programmes/programme_rules.h"
#include "services/catalogue/resources/taxonomies/taxonomy_rules.h"
#include "services/catalogue/types.h"

namespace clusterwire::catalogue {
namespace {

template <typename T>
T FromText(const char* text) {
  T message;
  if (!google::protobuf::TextFormat::ParseFromString(text, &message)) std::abort();
  return message;
}

template <typename T>
T Must(absl::StatusOr<T> value) {
  if (!value.ok()) {
    ADD_FAILURE() << value.status().ToString();
    std::abort();
  }
  return *std::move(value);
}

constexpr char kIso[] = R"pb(
  title: "ISO 3166-1 countries"
  list: "iso"
  subject: SUBJECT_REGION
  codes { code: "DE" title: "Germany" }
  codes { code: "FR" title: "France" }
  codes { code: "GB" title: "United Kingdom" }
  codes { code: "GR" title: "Greece" })pb";
constexpr char kNuts[] = R"pb(
  title: "NUTS"
  list: "nuts"
  subject: SUBJECT_REGION
  version: "2024"
  codes { code: "DE" title: "Deutschland" }
  codes {
    code: "DED"
    title: "Sachsen"
    parent: "DE"
    localized_titles { language: "en" text: "Saxony" }
  }
  codes { code: "DED2" title: "Dresden" parent: "DED" }
  codes { code: "EL" title: "Elláda" }
  codes { code: "UK" title: "United Kingdom" })pb";
constexpr char kEsca[] = R"pb(
  title: "ESCA portfolios"
  list: "esca"
  subject: SUBJECT_SECTOR
  codes { code: "ict" title: "ICT" }
  codes { code: "health" title: "Health and medical science" })pb";
constexpr char kEcei[] = R"pb(
  title: "European Cluster Excellence Initiative"
  acronym: "ECEI"
  country: "EU"
  levels { id: "bronze" title: "Bronze" first_validity_months: 24 renewal_validity_months: 36 }
  levels { id: "silver" title: "Silver" first_validity_months: 24 renewal_validity_months: 24 }
  levels { id: "gold" title: "Gold" renewal_validity_months: 24 }
  renewal_window_months: 12)pb";
constexpr char kProgramme[] = R"pb(
  title: "go-cluster"
  kind: KIND_PROGRAMME
  country: "DE"
  reach: REACH_NATIONAL
  levels: "Member"
  levels: "Observer"
  state: STATE_PUBLISHED)pb";

}  // namespace

World::World(const std::string& today, Holds holds, sql::Dialect dialect)
    : kept_(dialect), database(kept_.Open()) {
  SetToday(today);
  store = Must(store::Store::Open(*database, Must(CatalogueTypes()), clock, random));
  EXPECT_TRUE(TopicWatch::CreateTables(*database).ok());
  if (holds == Holds::kNothing) return;
  for (const char* list : {kIso, kNuts, kEsca}) {
    Must(Of<Taxonomies>().Create(AsOperator(), "", FromText<v1::Taxonomy>(list), ""));
  }
  Must(Of<LabelSchemes>().Create(AsOperator(), "", FromText<v1::LabelScheme>(kEcei), ""));
  Must(Of<Programmes>().Create(AsOperator(), "", FromText<v1::Programme>(kProgramme), ""));
}

void World::SetToday(const std::string& day) {
  const DayRange range = Must(ParseDate(day));
  clock.Set(StartOf(range, "UTC") + absl::Hours(12));
}

WriteCall World::AsOperator() const {
  WriteCall call;
  call.viewer = filter::Viewer::Operator();
  call.store.caller = "operator";
  return call;
}

WriteCall World::As(std::string_view member) const {
  WriteCall call = AsOperator();
  call.viewer = filter::Viewer::As(member);
  call.store.caller = std::string(member);
  return call;
}

ReadCall World::Read(filter::Viewer viewer) const {
  ReadCall call;
  call.viewer = std::move(viewer);
  return call;
}

v1::Cluster World::GoodCluster(const std::string& title) const {
  v1::Cluster cluster;
  cluster.set_title(title);
  cluster.set_country("DE");
  cluster.add_sectors("esca:ict");
  cluster.add_regions("nuts:DED2");
  cluster.set_state(v1::Cluster::STATE_PUBLISHED);
  return cluster;
}

v1::Cluster World::NewCluster(const std::string& title) {
  return Must(Of<Clusters>().Create(AsOperator(), "", GoodCluster(title), ""));
}

facts::Facts World::FactsOf(const std::string& name) {
  const auto reader = Must(store->Read());
  const auto facts = Must(facts::Get(*reader, name));
  EXPECT_TRUE(facts.has_value()) << name;
  return facts.value_or(facts::Facts());
}

bool World::HasFacts(const std::string& name) {
  return Must(Must(store->Read())->GetFacts(name)).has_value();
}

std::vector<store::Change> World::ChangesAfter(store::Revision revision) {
  return Must(store->Changes(store::EndOf(revision), 1000));
}

std::vector<std::string> World::KindsAfter(store::Revision revision) {
  std::vector<std::string> kinds;
  for (const store::Change& change : ChangesAfter(revision)) kinds.push_back(change.kind);
  return kinds;
}

}  // namespace clusterwire::catalogue
