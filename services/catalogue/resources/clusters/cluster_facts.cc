#include "absl/strings/str_cat.h"

#include "clusterwire/catalogue/v1/cluster.pb.h"

#include "services/catalogue/common/catalogue_type.h"
#include "services/catalogue/common/fields/facts_fields.h"

namespace clusterwire::catalogue {
namespace {

facts::Facts Own(const v1::Cluster& cluster, const CodeBook& codes) {
  facts::Facts facts = Described("cluster", cluster);
  if (facts.summary().empty()) {
    facts.set_summary(absl::StrCat("Cluster organisation in ",
                                   Joined({PlaceText(cluster.seat()), cluster.country()}, ", ")));
  }
  SetLink(cluster.website(), cluster.sources(), &facts);
  AddCodes(cluster.sectors(), codes, &facts);
  AddCodes(cluster.regions(), codes, &facts);
  AddCountry(cluster.country(), codes, &facts);
  if (cluster.seat().has_point()) *facts.mutable_point() = cluster.seat().point();
  if (cluster.members().has_total()) facts.set_size(cluster.members().total());
  AddSorted(cluster.languages(), facts.mutable_languages());
  AddSorted({cluster.name()}, facts.mutable_clusters());
  AddTitle(cluster.name(), cluster.title(), &facts);
  AddSorted(cluster.former_titles(), facts.mutable_names());
  for (const auto& title : cluster.localized_titles()) {
    AddSorted({title.text()}, facts.mutable_names());
  }
  std::string text = PlaceWords(cluster.seat());
  for (const std::string& service : cluster.support_services()) {
    absl::StrAppend(&text, " ", service);
  }
  facts.set_text(text);
  if (cluster.state() == v1::Cluster::STATE_DRAFT) {
    RestrictTo({cluster.name()}, &facts);
    AddSorted(cluster.shown_to(), facts.mutable_audience()->mutable_members());
  }
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
  return {.type = facts::MakeType<v1::Cluster, CodeBook>("cluster", "clusters/{cluster}",
                                                         {.own = &Own}),
          .uses = &Uses};
}

}  // namespace clusterwire::catalogue
