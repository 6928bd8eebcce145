#include "libs/base/status/error.h"
#include "services/catalogue/import/registers/register.h"
#include "services/catalogue/import/upsert.h"
#include "services/catalogue/resources/taxonomies/taxonomy_rules.h"

namespace clusterwire::catalogue::registers {
namespace {

using google::protobuf::Message;

void ReadSubject(JsonRecord& record, const Field& field, Message* taxonomy) {
  SetWord(record, field, record.RequiredText(field.key), "", taxonomy);
}

// {"en": "Saxony"}: names by their languages.
void ReadLocalized(JsonRecord& record, const Field& field, Message* code) {
  for (auto& [language, text] : record.Scalars(field.key)) {
    type::v1::LocalizedText& title = *static_cast<v1::TaxonomyCode&>(*code).add_localized_titles();
    title.set_language(language);
    title.set_text(std::move(text));
  }
}

constexpr Field kCodeFields[] = {{"code", "code", ReadRequired},
                                 {"title", "title", ReadRequired},
                                 {"parent"},
                                 {"localized_titles", "localized_titles", ReadLocalized},
                                 {"other_names"}};

constexpr Field kTaxonomyFields[] = {{"list", "list", ReadRequired},
                                     {"title", "title", ReadRequired},
                                     {"subject", "subject", ReadSubject},
                                     {"version"},
                                     {"codes", "codes", ReadObjects<kCodeFields>}};

// A list is known by what stands before the colon of its codes; its title may change.
absl::StatusOr<Match<v1::Taxonomy>> FindTaxonomy(Batch& batch, const v1::Taxonomy& taxonomy) {
  ASSIGN_OR_RETURN(const auto book, CodeBook::Of(batch.writer()));
  if (const v1::Taxonomy* known = book->FindList(taxonomy.list())) {
    return Match<v1::Taxonomy>{known->name(), *known};
  }
  return FindMatch<v1::Taxonomy>(batch.writer(), {.prefix = "taxonomies/",
                                                  .ids = IdsFor(taxonomy.title()),
                                                  .external_id = taxonomy.list(),
                                                  .is_same = [&](const v1::Taxonomy& known) {
                                                    return known.list() == taxonomy.list();
                                                  }});
}

}  // namespace

absl::StatusOr<v1::Taxonomy> MapTaxonomy(std::string_view json, const std::string& read_date) {
  ASSIGN_OR_RETURN(JsonRecord record, JsonRecord::Parse(json));
  v1::Taxonomy taxonomy;
  ReadFields(record, kTaxonomyFields, &taxonomy);
  ReadSources(record, read_date, taxonomy.mutable_sources());
  taxonomy.set_link(taxonomy.sources(0).uri());
  BringToForm(record, kTaxonomyFields, &taxonomy);
  AddExternalId(kImportScheme, taxonomy.list(), taxonomy.mutable_external_ids());
  RETURN_IF_ERROR(record.Finish());
  return taxonomy;
}

absl::StatusOr<v1::ImportResponse> ImportTaxonomy(Batch& batch, std::string_view json) {
  ASSIGN_OR_RETURN(v1::Taxonomy taxonomy, MapTaxonomy(json, batch.read_date()));
  ASSIGN_OR_RETURN(const auto match, FindTaxonomy(batch, taxonomy));
  return Upsert(batch, TaxonomyRules(), kTaxonomyFields, match, std::move(taxonomy));
}

}  // namespace clusterwire::catalogue::registers
