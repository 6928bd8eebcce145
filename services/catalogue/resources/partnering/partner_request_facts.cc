#include "clusterwire/catalogue/v1/partner_request.pb.h"

#include "libs/base/time/date.h"
#include "services/catalogue/common/catalogue_type.h"
#include "services/catalogue/common/dates/calendar.h"
#include "services/catalogue/common/fields/facts_fields.h"
#include "services/catalogue/resources/partnering/partner_request_rules.h"

namespace clusterwire::catalogue {
namespace {

using v1::PartnerRequest;

facts::Facts PartnerRequestFacts(const PartnerRequest& request, const CodeBook& codes) {
  facts::Facts facts = Described("partner_request", request);
  facts.set_summary(request.sought());
  facts.set_text(request.offered());
  SetLink(request.link(), {}, &facts);
  AddCodes(request.sectors(), codes, &facts);
  AddCodes(request.regions(), codes, &facts);
  facts.set_kind(WordOf(request.kind()));
  if (request.state() == PartnerRequest::STATE_OPEN) facts.set_deadline(request.deadline());
  AddSorted(request.languages(), facts.mutable_languages());
  AddSorted({request.owner()}, facts.mutable_clusters());
  if (request.state() == PartnerRequest::STATE_DRAFT) {
    RestrictTo({request.name(), request.owner()}, &facts);
  }
  return facts;
}

std::vector<std::string> PartnerRequestLinks(const PartnerRequest& request) {
  return {request.owner()};
}

std::vector<store::Timer> PartnerRequestTimers(const PartnerRequest& request) {
  const auto last = ParseDate(request.deadline());
  if (request.state() != PartnerRequest::STATE_OPEN || !last.ok()) return {};
  return {{EndOf(*last, kDefaultZone), "close"}};
}

std::vector<Deadline> PartnerRequestDeadlines(const store::Message& message, const CodeBook&) {
  const auto& request = static_cast<const PartnerRequest&>(message);
  const auto last = ParseDate(request.deadline());
  if (request.state() != PartnerRequest::STATE_OPEN || !last.ok()) return {};
  return {{.kind = change::KindText(change::v1::CHANGE_KIND_PARTNER_REQUEST_CLOSING),
           .day = last->last,
           .zone = "",
           .leads = {14, 3}}};
}

std::vector<std::string> PartnerRequestUses(const store::Message& message) {
  const auto& request = static_cast<const PartnerRequest&>(message);
  std::vector<std::string> uses(request.sectors().begin(), request.sectors().end());
  uses.insert(uses.end(), request.regions().begin(), request.regions().end());
  return uses;
}

}  // namespace

CatalogueType PartnerRequestType() {
  return {.type = facts::MakeType<PartnerRequest, CodeBook>("partner_request",
                                                            "partnerRequests/{partner_request}",
                                                            {.own = &PartnerRequestFacts,
                                                             .links = &PartnerRequestLinks,
                                                             .timers = &PartnerRequestTimers}),
          .step = &StepPartnerRequest,
          .deadlines = &PartnerRequestDeadlines,
          .uses = &PartnerRequestUses};
}

}  // namespace clusterwire::catalogue
