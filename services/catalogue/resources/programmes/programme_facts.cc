#include "absl/strings/str_cat.h"

#include "clusterwire/catalogue/v1/programme.pb.h"

#include "services/catalogue/common/catalogue_type.h"
#include "services/catalogue/common/fields/facts_fields.h"
#include "services/catalogue/resources/programmes/programme_terms.h"

namespace clusterwire::catalogue {
namespace {

facts::Facts Own(const v1::Programme& programme, const CodeBook& codes) {
  facts::Facts facts = Described("programme", programme);
  if (facts.summary().empty() && !programme.operator_().empty()) {
    facts.set_summary(absl::StrCat("Run by ", programme.operator_()));
    facts.set_summary_de(absl::StrCat("Betrieben von ", programme.operator_()));
  }
  SetLink(programme.website(), programme.sources(), &facts);
  AddCodes(programme.regions(), codes, &facts);
  AddCountry(programme.country(), codes, &facts);
  facts.set_kind(WordOf(programme.kind()));
  if (programme.has_period()) *facts.mutable_period() = programme.period();
  std::string text = programme.region();
  for (const std::string& service : programme.services()) absl::StrAppend(&text, " ", service);
  for (const v1::Offering& offering : programme.offerings()) {
    absl::StrAppend(&text, " ", offering.title(), " ", offering.description());
  }
  for (const v1::Criterion& criterion : programme.criteria()) {
    absl::StrAppend(&text, " ", criterion.title());
  }
  facts.set_text(text);
  if (programme.state() == v1::Programme::STATE_DRAFT) RestrictTo({programme.name()}, &facts);
  return facts;
}

std::vector<std::string> Uses(const store::Message& message) {
  const auto& programme = static_cast<const v1::Programme&>(message);
  std::vector<std::string> uses = TermUses(programme);
  uses.insert(uses.end(), programme.regions().begin(), programme.regions().end());
  return uses;
}

}  // namespace

CatalogueType ProgrammeType() {
  return {.type = facts::MakeType<v1::Programme, CodeBook>("programme", "programmes/{programme}",
                                                           {.own = &Own}),
          .uses = &Uses};
}

}  // namespace clusterwire::catalogue
