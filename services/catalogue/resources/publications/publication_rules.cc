#include "services/catalogue/resources/publications/publication_rules.h"

#include "absl/strings/str_cat.h"

#include "libs/text/text.h"
#include "services/catalogue/common/fields/checks.h"
#include "services/catalogue/common/fields/owner.h"
#include "services/catalogue/common/fields/references.h"

namespace clusterwire::catalogue {
namespace {

constexpr int kMostClusters = 50;
constexpr int kMostProgrammes = 20;

absl::Status CheckPublished(const v1::Publication& publication, const Context& context,
                            FieldErrors& errors) {
  if (publication.state() != v1::Publication::STATE_PUBLISHED) return absl::OkStatus();
  std::vector<std::pair<std::string, std::string>> named = {{"owner", publication.owner()}};
  AddNamed("clusters", publication.clusters(), named);
  AddNamed("programmes", publication.programmes(), named);
  return CheckPublicNames("publication.state", "STATE_PUBLISHED", named, context, errors);
}

absl::Status CheckPublication(const v1::Publication* before, const v1::Publication& publication,
                              const Context& context, FieldErrors& errors) {
  CheckOwner("publication.owner", before == nullptr ? nullptr : &before->owner(),
             publication.owner(), context, errors);
  RETURN_IF_ERROR(CheckPublished(publication, context, errors));
  CheckEnum("publication.state", publication.state(), errors);
  CheckTitle("publication.title", publication.title(), errors);
  CheckRequiredEnum("publication.kind", publication.kind(), errors);
  resource::CheckText(errors, "publication.summary", publication.summary(), 0, 2000);
  CheckAllNamed("publication.clusters", "clusters/{cluster}", publication.clusters(), kMostClusters,
                context, errors);
  CheckAllNamed("publication.programmes", "programmes/{programme}", publication.programmes(),
                kMostProgrammes, context, errors);
  CheckCodes("publication.sectors", publication.sectors(), v1::Taxonomy::SUBJECT_SECTOR,
             context.book, errors);
  CheckCodes("publication.regions", publication.regions(), v1::Taxonomy::SUBJECT_REGION,
             context.book, errors);
  CheckPeriod("publication.period", publication.period(), errors);
  CheckUri("publication.link", publication.link(), errors);
  CheckLanguages("publication.languages", publication.languages(), errors);
  CheckOrigin("publication", publication.sources(), publication.external_ids(), errors);
  return absl::OkStatus();
}

void NotePublication(const v1::Publication* before, const v1::Publication& publication,
                     const Context&, Notes& notes) {
  NoteDraft(before, publication, "PublishPublication", notes);
}

}  // namespace

Rules<v1::Publication> PublicationRules() {
  return {.type = "publication",
          .collection = "publications",
          .output_only = {"edited_fields"},
          .create_only = {"state"},
          .suggest_id =
              [](const v1::Publication& publication) { return text::Slug(publication.title()); },
          .check = &CheckPublication,
          .settle = &DraftUnlessSaid<v1::Publication>,
          .note = &NotePublication};
}

}  // namespace clusterwire::catalogue
