#include "services/catalogue/resources/programmes/programme_rules.h"

#include "libs/text/text.h"
#include "services/catalogue/common/catalogue_type.h"
#include "services/catalogue/common/fields/checks.h"
#include "services/catalogue/common/fields/references.h"
#include "services/catalogue/common/fields/words.h"
#include "services/catalogue/resources/programmes/programme_terms.h"

namespace clusterwire::catalogue {
namespace {

constexpr int kMaxMemberCounts = 100;

void CheckNumbers(const v1::Programme& programme, FieldErrors& errors) {
  if (programme.member_counts_size() > kMaxMemberCounts) {
    errors.Add("programme.member_counts",
               absl::StrCat(programme.member_counts_size(), " of at most ", kMaxMemberCounts));
  }
  for (int i = 0; i < programme.member_counts_size(); ++i) {
    const v1::DatedCount& count = programme.member_counts(i);
    const std::string path = PathTo("programme", "member_counts", i);
    CheckAtLeast(PathTo(path, "count"), true, count.count(), 0, errors);
    CheckDate(PathTo(path, "as_of"), count.as_of(), errors);
    CheckUri(PathTo(path, "source"), count.source(), errors);
  }
  CheckAtLeast("programme.partner_count", programme.has_partner_count(), programme.partner_count(),
               0, errors);
  CheckAtLeast("programme.funding_years", programme.has_funding_years(), programme.funding_years(),
               0, errors);
}

// What came before or after, by name or in words.
void CheckNeighbour(const char* path, const std::string& neighbour, const v1::Programme& programme,
                    const Context& context, FieldErrors& errors) {
  resource::CheckText(errors, path, neighbour, 0, 200);
  if (programme.state() == v1::Programme::STATE_PUBLISHED && neighbour.starts_with("programmes/")) {
    CheckPublicName(path, neighbour, context, errors);
  }
}

absl::Status Check(const v1::Programme* before, const v1::Programme& programme,
                   const Context& context, FieldErrors& errors) {
  CheckEnum("programme.state", programme.state(), errors);
  CheckTitle("programme.title", programme.title(), errors);
  resource::CheckText(errors, "programme.acronym", programme.acronym(), 0, 50);
  resource::CheckText(errors, "programme.summary", programme.summary(), 0, 2000);
  if (WordOf(programme.kind()).empty()) {
    errors.Add("programme.kind",
               absl::StrCat("is required: ", WordsOf<v1::Programme::Kind>(), ", written KIND_…"));
  }
  CheckEnum("programme.reach", programme.reach(), errors);
  CheckCountryOrEu("programme.country", programme.country(), context.book, errors);
  resource::CheckText(errors, "programme.region", programme.region(), 0, 200);
  CheckCodes("programme.regions", programme.regions(), v1::Taxonomy::SUBJECT_REGION, context.book,
             errors);
  resource::CheckText(errors, "programme.operator", programme.operator_(), 0, 300);
  CheckPeriod("programme.period", programme.period(), errors);
  CheckPeriod("programme.current_period", programme.current_period(), errors);
  CheckNeighbour("programme.predecessor", programme.predecessor(), programme, context, errors);
  CheckNeighbour("programme.successor", programme.successor(), programme, context, errors);
  resource::CheckText(errors, "programme.required_label", programme.required_label(), 0, 500);
  CheckTexts("programme.services", programme.services(), 50, 300, errors);
  CheckTexts("programme.levels", programme.levels(), 20, 60, errors);
  CheckUri("programme.website", programme.website(), errors);
  CheckNumbers(programme, errors);
  CheckOrigin("programme", programme.sources(), programme.external_ids(), errors);
  return CheckTerms(before, programme, context, errors);
}

absl::Status Correct(const v1::Programme& before, v1::Programme* next) {
  CorrectTerms(before, next);
  return absl::OkStatus();
}

void Settle(const Context& context, v1::Programme* programme) {
  DraftUnlessSaid(context, programme);
  SettleTerms(context.now, programme);
}

void Note(const v1::Programme* before, const v1::Programme& programme, const Context&,
          Notes& notes) {
  NoteDraft(before, programme, "PublishProgramme", notes);
}

// Who applies is heard to the end.
absl::Status CheckNoneApplies(const v1::Programme& programme, const Context& context) {
  return CheckUnused(context.reader, context.viewer, programme.name(),
                     [&](const std::string& use) { return use == programme.name(); });
}

// What people call it.
std::string SuggestId(const v1::Programme& programme) {
  return text::Slug(programme.acronym().empty() ? programme.title() : programme.acronym());
}

}  // namespace

Rules<v1::Programme> ProgrammeRules() {
  return {.type = "programme",
          .collection = "programmes",
          .output_only = {"edited_fields"},
          .create_only = {"state"},
          .suggest_id = &SuggestId,
          .check = &Check,
          .correct = &Correct,
          .settle = &Settle,
          .note = &Note,
          .check_unused = &CheckNoneApplies};
}

}  // namespace clusterwire::catalogue
