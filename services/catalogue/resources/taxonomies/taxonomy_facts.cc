#include "absl/strings/str_cat.h"

#include "clusterwire/catalogue/v1/taxonomy.pb.h"

#include "services/catalogue/common/catalogue_type.h"
#include "services/catalogue/common/fields/facts_fields.h"

namespace clusterwire::catalogue {
namespace {

facts::Facts Own(const v1::Taxonomy& taxonomy, const CodeBook&) {
  facts::Facts facts = Described("taxonomy", taxonomy);
  facts.set_summary(absl::StrCat(taxonomy.codes_size(), " codes",
                                 taxonomy.version().empty() ? "" : ", version ",
                                 taxonomy.version()));
  SetLink(taxonomy.link(), taxonomy.sources(), &facts);
  facts.set_kind(WordOf(taxonomy.subject()));
  AddSorted({taxonomy.list()}, facts.mutable_names());
  return facts;
}

}  // namespace

CatalogueType TaxonomyType() {
  CatalogueType type = {.type = facts::MakeType<v1::Taxonomy, CodeBook>(
                            "taxonomy", "taxonomies/{taxonomy}", {.own = &Own})};
  type.type.feeds_codes = true;
  return type;
}

}  // namespace clusterwire::catalogue
