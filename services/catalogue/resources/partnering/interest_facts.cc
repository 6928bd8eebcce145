#include "clusterwire/catalogue/v1/interest.pb.h"

#include "services/catalogue/common/catalogue_type.h"
#include "services/catalogue/common/fields/facts_fields.h"

namespace clusterwire::catalogue {
namespace {

facts::Facts InterestFacts(const v1::Interest& interest, const CodeBook&) {
  facts::Facts facts = Described("interest", interest);
  const std::string request(store::ParentOf(interest.name()));
  facts.set_title(absl::StrCat("Interest in ", interest.request_title()));
  facts.set_parent(request);
  AddSorted({interest.cluster()}, facts.mutable_clusters());
  RestrictTo({request, interest.asker(), interest.cluster()}, &facts);
  return facts;
}

std::vector<std::string> InterestLinks(const v1::Interest& interest) {
  return {interest.cluster()};
}

}  // namespace

CatalogueType InterestType() {
  return {.type = facts::MakeType<v1::Interest, CodeBook>(
              "interest", "partnerRequests/{partner_request}/interests/{interest}",
              {.own = &InterestFacts, .links = &InterestLinks, .own_audience = true})};
}

}  // namespace clusterwire::catalogue
