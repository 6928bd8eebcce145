#include "absl/strings/str_cat.h"

#include "clusterwire/catalogue/v1/cluster.pb.h"

#include "services/catalogue/common/catalogue_type.h"
#include "services/catalogue/common/fields/facts_fields.h"
#include "services/catalogue/common/fields/words.h"
#include "services/catalogue/common/uses.h"

namespace clusterwire::catalogue {
namespace {

facts::Facts Own(const v1::Cluster& cluster, const CodeBook& codes) {
  facts::Facts facts;
  facts.set_type("cluster");
  facts.set_name(cluster.name());
  facts.set_title(cluster.title());
  facts.set_summary(cluster.summary());
  if (facts.summary().empty()) {
    facts.set_summary(absl::StrCat("Cluster organisation in ",
                                   Joined({PlaceText(cluster.seat()), cluster.country()}, ", ")));
  }
  facts.set_link(cluster.website());
  AddCodes(cluster.sectors(), codes, &facts);
  AddCodes(cluster.regions(), codes, &facts);
  AddCountry(cluster.country(), &facts);
  if (cluster.seat().has_point()) *facts.mutable_point() = cluster.seat().point();
  facts.set_state(WordOf(cluster.state()));
  if (cluster.members().has_total()) facts.set_size(cluster.members().total());
  AddSorted(cluster.languages(), facts.mutable_languages());
  AddSorted({cluster.name()}, facts.mutable_clusters());
  AddExternalIds(cluster.external_ids(), &facts);
  if (!cluster.acronym().empty()) AddSorted({cluster.acronym()}, facts.mutable_names());
  AddSorted(cluster.former_titles(), facts.mutable_names());
  for (const auto& title : cluster.localized_titles()) {
    AddSorted({title.text()}, facts.mutable_names());
  }
  std::string text = PlaceText(cluster.seat());
  for (const std::string& service : cluster.support_services()) {
    absl::StrAppend(&text, " ", service);
  }
  facts.set_text(text);
  if (cluster.state() == v1::Cluster::STATE_DRAFT) RestrictTo({cluster.name()}, &facts);
  return facts;
}

std::vector<std::string> Uses(const store::Message& message) {
  const auto& cluster = static_cast<const v1::Cluster&>(message);
  std::vector<std::string> uses(cluster.sectors().begin(), cluster.sectors().end());
  uses.insert(uses.end(), cluster.regions().begin(), cluster.regions().end());
  if (!cluster.country().empty()) uses.push_back(CountryUse(cluster.country()));
  return uses;
}

}  // namespace

CatalogueType ClusterType() {
  CatalogueType type;
  type.type =
      facts::MakeType<v1::Cluster, CodeBook>("cluster", "clusters/{cluster}", {.own = &Own});
  type.uses = &Uses;
  return type;
}

}  // namespace clusterwire::catalogue
