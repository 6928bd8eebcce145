#include "services/catalogue/types.h"

#include "services/catalogue/common/codes/code_book.h"
#include "services/catalogue/common/projections.h"

namespace clusterwire::catalogue {
namespace {

// Facts depend on it: a change to one of these refreshes them.
store::ResourceType FeedingCodes(store::ResourceType type) {
  type.feeds_codes = true;
  return type;
}

}  // namespace

absl::StatusOr<store::Registry> CatalogueTypes() {
  std::vector<store::ResourceType> types;
  types.push_back(
      FeedingCodes(store::MakeType("taxonomy", "taxonomies/{taxonomy}", TaxonomyProjection())));
  types.push_back(FeedingCodes(
      store::MakeType("label_scheme", "labelSchemes/{label_scheme}", LabelSchemeProjection())));
  types.push_back(store::MakeType("cluster", "clusters/{cluster}", ClusterProjection()));
  types.push_back(store::MakeType("label", "clusters/{cluster}/labels/{label}", LabelProjection()));
  types.push_back(store::MakeType("programme", "programmes/{programme}", ProgrammeProjection()));
  types.push_back(store::MakeType("membership", "programmes/{programme}/memberships/{membership}",
                                  MembershipProjection()));
  types.push_back(store::MakeType("event", "events/{event}", EventProjection()));
  return store::Registry::Create(
      std::move(types),
      {.lend = &LendFromCluster,
       .make_codes =
           [](const store::Reader& reader) -> absl::StatusOr<std::shared_ptr<const store::Codes>> {
         return CodeBook::Read(reader);
       },
       .projection_version = kProjectionVersion});
}

}  // namespace clusterwire::catalogue
