#include "clusterwire/catalogue/v1/publication.pb.h"

#include "services/catalogue/common/catalogue_type.h"
#include "services/catalogue/common/fields/facts_fields.h"

namespace clusterwire::catalogue {
namespace {

// The clusters that take part; one that owns it is one of them.
std::vector<std::string> ClustersOf(const v1::Publication& publication) {
  std::vector<std::string> clusters(publication.clusters().begin(), publication.clusters().end());
  if (publication.owner().starts_with("clusters/") &&
      std::ranges::find(clusters, publication.owner()) == clusters.end()) {
    clusters.push_back(publication.owner());
  }
  return clusters;
}

facts::Facts PublicationFacts(const v1::Publication& publication, const CodeBook& codes) {
  facts::Facts facts = Described("publication", publication);
  if (facts.summary().empty()) {
    facts.set_summary(Joined({publication.period().start(), publication.period().end()}, " to "));
  }
  SetLink(publication.link(), publication.sources(), &facts);
  AddCodes(publication.sectors(), codes, &facts);
  AddCodes(publication.regions(), codes, &facts);
  AddSorted(publication.programmes(), facts.mutable_programmes());
  if (publication.owner().starts_with("programmes/")) {
    AddSorted({publication.owner()}, facts.mutable_programmes());
  }
  facts.set_kind(WordOf(publication.kind()));
  if (publication.has_period()) *facts.mutable_period() = publication.period();
  AddSorted(publication.languages(), facts.mutable_languages());
  AddSorted(ClustersOf(publication), facts.mutable_clusters());
  if (publication.state() == v1::Publication::STATE_DRAFT) {
    RestrictTo({publication.name(), publication.owner()}, &facts);
  }
  return facts;
}

std::vector<std::string> PublicationUses(const store::Message& message) {
  const auto& publication = static_cast<const v1::Publication&>(message);
  std::vector<std::string> uses(publication.sectors().begin(), publication.sectors().end());
  uses.insert(uses.end(), publication.regions().begin(), publication.regions().end());
  return uses;
}

}  // namespace

CatalogueType PublicationType() {
  return {.type = facts::MakeType<v1::Publication, CodeBook>(
              "publication", "publications/{publication}",
              // Several clusters work together: all of their names would bury its title.
              {.own = &PublicationFacts, .links = &ClustersOf, .inherit = &InheritAllButTitle}),
          .uses = &PublicationUses};
}

}  // namespace clusterwire::catalogue
