#include "absl/strings/str_cat.h"

#include "clusterwire/catalogue/v1/cluster.pb.h"

#include "services/catalogue/common/catalogue_type.h"
#include "services/catalogue/common/fields/facts_fields.h"
#include "services/catalogue/common/places/places.h"
#include "services/catalogue/resources/clusters/profile.h"

namespace clusterwire::catalogue {
namespace {

// What it is found by besides its names and its summary.
std::string TextOf(const v1::Cluster& cluster) {
  std::string text = PlaceWords(cluster.seat());
  for (const Strings* texts :
       {&cluster.support_services(), &cluster.other_labels(), &cluster.networks()}) {
    for (const std::string& one : *texts) absl::StrAppend(&text, " ", one);
  }
  for (const v1::MajorPlayer& player : cluster.major_players()) {
    absl::StrAppend(&text, " ", player.title());
  }
  if (!cluster.strategy().empty()) absl::StrAppend(&text, " ", cluster.strategy());
  return text;
}

// Says before what it was that it is no more.
void TellEnd(const v1::Cluster& cluster, facts::Facts* facts) {
  const bool goes_on = !cluster.successor().empty();
  const std::string german = facts->summary_de().empty() ? facts->summary() : facts->summary_de();
  facts->set_summary_de(
      absl::StrCat("Beendet: ", cluster.ended(),
                   goes_on ? "; ein anderes Cluster führt die Arbeit fort. " : ". ", german));
  facts->set_summary(absl::StrCat("Ended: ", cluster.ended(),
                                  goes_on ? "; another cluster carries on its work. " : ". ",
                                  facts->summary()));
}

facts::Facts Own(const v1::Cluster& cluster, const CodeBook& codes) {
  facts::Facts facts = Described("cluster", cluster);
  if (facts.summary().empty()) {
    const std::string seat = Joined({PlaceText(cluster.seat()), cluster.country()}, ", ");
    facts.set_summary(absl::StrCat("Cluster organisation in ", seat));
    facts.set_summary_de(absl::StrCat("Clusterorganisation in ", seat));
  }
  if (cluster.state() == v1::Cluster::STATE_ENDED) TellEnd(cluster, &facts);
  SetLink(cluster.website(), cluster.sources(), &facts);
  for (const Strings* fields :
       {&cluster.sectors(), &cluster.technology_fields(), &cluster.s3_priorities(),
        &cluster.emerging_industries(), &cluster.specialisations()}) {
    AddCodes(*fields, codes, &facts);
  }
  AddCodes(cluster.regions(), codes, &facts);
  AddCountry(cluster.country(), codes, &facts);
  if (const auto point = PointOf(cluster.seat(), cluster.country()))
    *facts.mutable_point() = *point;
  if (cluster.members().has_total()) facts.set_size(cluster.members().total());
  AddSorted(cluster.languages(), facts.mutable_languages());
  facts.set_completeness(CompletenessOf(cluster).percent);
  AddSorted({cluster.name()}, facts.mutable_clusters());
  // Who asks for a duplicate that was merged into it finds it.
  AddSorted(cluster.merged_names(), facts.mutable_clusters());
  AddTitle(cluster.name(), cluster.title(), &facts);
  AddSorted(cluster.former_titles(), facts.mutable_names());
  for (const auto& title : cluster.localized_titles()) {
    AddSorted({title.text()}, facts.mutable_names());
  }
  if (!cluster.native_title().empty()) {
    AddSorted({cluster.native_title()}, facts.mutable_names());
  }
  facts.set_text(TextOf(cluster));
  if (cluster.state() == v1::Cluster::STATE_DRAFT) {
    RestrictTo({cluster.name()}, &facts);
    AddSorted(cluster.shown_to(), facts.mutable_audience()->mutable_members());
  }
  return facts;
}

std::vector<std::string> Uses(const store::Message& message) {
  const auto& cluster = static_cast<const v1::Cluster&>(message);
  std::vector<std::string> uses;
  for (const Strings* fields :
       {&cluster.sectors(), &cluster.technology_fields(), &cluster.s3_priorities(),
        &cluster.emerging_industries(), &cluster.specialisations(), &cluster.regions()}) {
    uses.insert(uses.end(), fields->begin(), fields->end());
  }
  if (!cluster.country().empty()) uses.push_back(CountryUse(cluster.country()));
  return uses;
}

}  // namespace

CatalogueType ClusterType() {
  return {.type = facts::MakeType<v1::Cluster, CodeBook>("cluster", "clusters/{cluster}",
                                                         {.own = &Own}),
          .uses = &Uses};
}

}  // namespace clusterwire::catalogue
