#include "services/catalogue/resources/organisations/organisation_rules.h"

#include "libs/text/text.h"
#include "services/catalogue/common/fields/checks.h"
#include "services/catalogue/common/fields/owner.h"
#include "services/catalogue/common/fields/references.h"

namespace clusterwire::catalogue {
namespace {

absl::Status CheckOrganisation(const v1::Organisation* before, const v1::Organisation& organisation,
                               const Context& context, FieldErrors& errors) {
  CheckOwner("organisation.owner", before == nullptr ? nullptr : &before->owner(),
             organisation.owner(), context, errors);
  if (organisation.state() == v1::Organisation::STATE_PUBLISHED) {
    RETURN_IF_ERROR(CheckPublicNames("organisation.state", "STATE_PUBLISHED",
                                     {{"owner", organisation.owner()}}, context, errors));
  }
  CheckEnum("organisation.state", organisation.state(), errors);
  CheckTitle("organisation.title", organisation.title(), errors);
  resource::CheckText(errors, "organisation.acronym", organisation.acronym(), 0, 50);
  CheckRequiredEnum("organisation.kind", organisation.kind(), errors);
  resource::CheckText(errors, "organisation.summary", organisation.summary(), 0, 2000);
  CheckCountry("organisation.country", organisation.country(), context.book, errors);
  CheckCodes("organisation.regions", organisation.regions(), v1::Taxonomy::SUBJECT_REGION,
             context.book, errors);
  CheckPlace("organisation.seat", organisation.seat(), context.book, errors);
  CheckCodes("organisation.sectors", organisation.sectors(), v1::Taxonomy::SUBJECT_SECTOR,
             context.book, errors);
  CheckUri("organisation.website", organisation.website(), errors);
  CheckOrigin("organisation", organisation.sources(), organisation.external_ids(), errors);
  return absl::OkStatus();
}

void NoteOrganisation(const v1::Organisation* before, const v1::Organisation& organisation,
                      const Context&, Notes& notes) {
  NoteDraft(before, organisation, "PublishOrganisation", notes);
}

}  // namespace

Rules<v1::Organisation> OrganisationRules() {
  return {.type = "organisation",
          .collection = "organisations",
          .output_only = {"edited_fields"},
          .create_only = {"state"},
          .suggest_id = [](const v1::Organisation& one) { return text::Slug(one.title()); },
          .check = &CheckOrganisation,
          .settle = &DraftUnlessSaid<v1::Organisation>,
          .note = &NoteOrganisation};
}

}  // namespace clusterwire::catalogue
