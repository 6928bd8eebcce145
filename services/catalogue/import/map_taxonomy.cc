#include "absl/strings/str_cat.h"

#include "libs/base/status/status_macros.h"
#include "services/catalogue/common/fields/words.h"
#include "services/catalogue/import/line.h"
#include "services/catalogue/import/mapping.h"
#include "services/catalogue/import/provenance.h"

namespace clusterwire::catalogue::registers {

absl::StatusOr<v1::Taxonomy> MapTaxonomy(std::string_view json, const std::string& read_date) {
  using Subject = v1::Taxonomy::Subject;
  ASSIGN_OR_RETURN(Line line, Line::Parse(json));
  v1::Taxonomy taxonomy;
  taxonomy.set_list(line.RequiredText("list"));
  taxonomy.set_title(line.RequiredText("title"));
  const std::string subject = line.RequiredText("subject");
  if (const auto value = ValueOf<Subject>(subject)) {
    taxonomy.set_subject(*value);
  } else {
    line.AddError("subject", absl::StrCat("'", subject, "' must be ", WordsOf<Subject>()));
  }
  taxonomy.set_version(line.Text("version"));
  for (Line& entry : line.Objects("codes")) {
    v1::TaxonomyCode& code = *taxonomy.add_codes();
    code.set_code(entry.RequiredText("code"));
    code.set_title(entry.RequiredText("title"));
    code.set_parent(entry.Text("parent"));
    entry.RefuseUnknown();
  }
  const Provenance provenance(line, read_date);
  taxonomy.set_link(provenance.uri());
  *taxonomy.mutable_sources() = provenance.sources();
  AddExternalId(kImportScheme, taxonomy.list(), taxonomy.mutable_external_ids());
  RETURN_IF_ERROR(line.Finish());
  return taxonomy;
}

}  // namespace clusterwire::catalogue::registers
