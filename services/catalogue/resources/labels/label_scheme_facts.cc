#include "absl/strings/str_cat.h"

#include "clusterwire/catalogue/v1/label_scheme.pb.h"

#include "services/catalogue/common/catalogue_type.h"
#include "services/catalogue/common/fields/facts_fields.h"

namespace clusterwire::catalogue {
namespace {

facts::Facts Own(const v1::LabelScheme& scheme, const CodeBook& codes) {
  facts::Facts facts = Described("label_scheme", scheme);
  if (facts.summary().empty()) {
    facts.set_summary(scheme.issuer().empty()
                          ? "Quality label"
                          : absl::StrCat("Quality label, issued by ", scheme.issuer()));
  }
  SetLink(scheme.link(), scheme.sources(), &facts);
  AddCountry(scheme.country(), codes, &facts);
  if (scheme.has_period()) *facts.mutable_period() = scheme.period();
  std::string text = scheme.eligibility();
  for (const v1::LabelLevel& level : scheme.levels()) absl::StrAppend(&text, " ", level.title());
  facts.set_text(text);
  return facts;
}

}  // namespace

CatalogueType LabelSchemeType() {
  CatalogueType type = {.type = facts::MakeType<v1::LabelScheme, CodeBook>(
                            "label_scheme", "labelSchemes/{label_scheme}", {.own = &Own})};
  type.type.feeds_codes = true;
  return type;
}

}  // namespace clusterwire::catalogue
