#include "absl/strings/str_cat.h"

#include "clusterwire/catalogue/v1/organisation.pb.h"

#include "services/catalogue/common/catalogue_type.h"
#include "services/catalogue/common/fields/facts_fields.h"
#include "services/catalogue/common/places/places.h"

namespace clusterwire::catalogue {
namespace {

facts::Facts OrganisationFacts(const v1::Organisation& organisation, const CodeBook& codes) {
  facts::Facts facts = Described("organisation", organisation);
  if (facts.summary().empty()) {
    facts.set_summary(
        absl::StrCat("Organisation in ",
                     Joined({PlaceText(organisation.seat()), organisation.country()}, ", ")));
  }
  SetLink(organisation.website(), organisation.sources(), &facts);
  AddCodes(organisation.sectors(), codes, &facts);
  AddCodes(organisation.regions(), codes, &facts);
  AddCountry(organisation.country(), codes, &facts);
  if (const auto point = PointOf(organisation.seat(), organisation.country()))
    *facts.mutable_point() = *point;
  facts.set_kind(WordOf(organisation.kind()));
  AddSorted({organisation.name()}, facts.mutable_organisations());
  facts.set_text(PlaceWords(organisation.seat()));
  if (organisation.state() == v1::Organisation::STATE_DRAFT) {
    RestrictTo({organisation.name(), organisation.owner()}, &facts);
  }
  return facts;
}

std::vector<std::string> OrganisationUses(const store::Message& message) {
  const auto& organisation = static_cast<const v1::Organisation&>(message);
  std::vector<std::string> uses(organisation.sectors().begin(), organisation.sectors().end());
  uses.insert(uses.end(), organisation.regions().begin(), organisation.regions().end());
  if (!organisation.country().empty()) uses.push_back(CountryUse(organisation.country()));
  return uses;
}

}  // namespace

// What members are about: the clusters that an organisation is a member of now come from them.
CatalogueType OrganisationType() {
  return {.type = facts::MakeType<v1::Organisation, CodeBook>(
              "organisation", "organisations/{organisation}", {.own = &OrganisationFacts}),
          .uses = &OrganisationUses};
}

}  // namespace clusterwire::catalogue
