#include "absl/strings/str_cat.h"

#include "clusterwire/catalogue/v1/admission.pb.h"

#include "libs/base/text/strings.h"
#include "services/catalogue/common/catalogue_type.h"
#include "services/catalogue/common/fields/facts_fields.h"
#include "services/catalogue/resources/admissions/admission_moves.h"
#include "services/catalogue/resources/admissions/assessment.h"
#include "services/catalogue/resources/programmes/programme_terms.h"

namespace clusterwire::catalogue {
namespace {

using v1::Admission;

// What happened last, for a person; its day follows.
std::string_view LastMoveIn(Admission::State state) {
  switch (state) {
    case Admission::STATE_CONSULTATION_ASKED:
      return "A consultation talk was asked for on ";
    case Admission::STATE_CONSULTATION_HELD:
      return "The consultation talk was held on ";
    case Admission::STATE_SUBMITTED:
      return "The application was submitted on ";
    case Admission::STATE_RETURNED:
      return "The application was given back, to be completed, on ";
    case Admission::STATE_ASSESSED:
      return "The application was assessed on ";
    case Admission::STATE_ADMITTED:
      return "The cluster was admitted on ";
    case Admission::STATE_REJECTED:
      return "The application was rejected on ";
    case Admission::STATE_WITHDRAWN:
      return "The cluster withdrew on ";
    case Admission::STATE_CLOSED:
      return "The office closed the admission on ";
    default:
      return "";
  }
}

std::string Summary(const Admission& admission) {
  if (admission.steps().empty()) return "";
  std::string summary =
      absl::StrCat(ToAbsl(LastMoveIn(admission.state())), admission.steps().rbegin()->date());
  if (admission.state() == Admission::STATE_ASSESSED && !admission.verdicts().empty()) {
    absl::StrAppend(&summary, "; ", CountMet(admission), " of ", admission.verdicts_size(),
                    " criteria are met or waived");
  }
  return summary + ".";
}

facts::Facts Own(const Admission& admission, const CodeBook&) {
  facts::Facts facts = Described("admission", admission);
  const std::string programme(store::ParentOf(admission.name()));
  facts.set_title(absl::StrCat("Admission to ", admission.programme_title()));
  facts.set_summary(Summary(admission));
  facts.set_parent(programme);
  AddSorted({admission.cluster()}, facts.mutable_clusters());
  RestrictTo({programme, admission.cluster()}, &facts);
  return facts;
}

std::vector<std::string> Links(const Admission& admission) { return {admission.cluster()}; }

// Its programme and what it was assessed by, while it is open.
std::vector<std::string> Uses(const store::Message& message) {
  const auto& admission = static_cast<const Admission&>(message);
  if (IsOver(admission.state())) return {};
  const std::string programme(store::ParentOf(admission.name()));
  std::vector<std::string> uses = {programme};
  for (const v1::Verdict& verdict : admission.verdicts()) {
    uses.push_back(CriterionUse(programme, verdict.criterion()));
  }
  return uses;
}

Tie TieOf(const store::Message& message) {
  const auto& admission = static_cast<const Admission&>(message);
  return IsOver(admission.state()) ? Tie::kNone : Tie::kApplicant;
}

}  // namespace

CatalogueType AdmissionType() {
  return {.type = facts::MakeType<Admission, CodeBook>(
              "admission", "programmes/{programme}/admissions/{admission}",
              {.own = &Own, .links = &Links, .own_audience = true}),
          .uses = &Uses,
          .tie = &TieOf};
}

}  // namespace clusterwire::catalogue
