#include "absl/strings/str_cat.h"

#include "clusterwire/catalogue/v1/admission.pb.h"

#include "libs/base/text/strings.h"
#include "libs/text/language.h"
#include "services/catalogue/common/catalogue_type.h"
#include "services/catalogue/common/dates/periods.h"
#include "services/catalogue/common/fields/facts_fields.h"
#include "services/catalogue/resources/admissions/admission_moves.h"
#include "services/catalogue/resources/admissions/assessment.h"
#include "services/catalogue/resources/programmes/programme_terms.h"

namespace clusterwire::catalogue {
namespace {

using v1::Admission;

// What happened last, for a person: what stands before its day, and in German after it.
struct LastMove {
  Admission::State state;
  std::string_view english;
  std::string_view german;
  std::string_view german_end;
};
constexpr LastMove kLastMoves[] = {
    {Admission::STATE_CONSULTATION_ASKED, "A consultation talk was asked for on ",
     "Um ein Gespräch wurde am ", " gebeten"},
    {Admission::STATE_CONSULTATION_HELD, "The consultation talk was held on ",
     "Das Gespräch fand am ", " statt"},
    {Admission::STATE_SUBMITTED, "The application was submitted on ", "Die Bewerbung wurde am ",
     " eingereicht"},
    {Admission::STATE_RETURNED, "The application was given back, to be completed, on ",
     "Die Bewerbung wurde am ", " zur Ergänzung zurückgegeben"},
    {Admission::STATE_ASSESSED, "The application was assessed on ", "Die Bewerbung wurde am ",
     " geprüft"},
    {Admission::STATE_ADMITTED, "The cluster was admitted on ", "Das Cluster wurde am ",
     " aufgenommen"},
    {Admission::STATE_REJECTED, "The application was rejected on ", "Die Bewerbung wurde am ",
     " abgelehnt"},
    {Admission::STATE_WITHDRAWN, "The cluster withdrew on ", "Das Cluster hat sich am ",
     " zurückgezogen"},
    {Admission::STATE_CLOSED, "The office closed the admission on ",
     "Die Geschäftsstelle hat das Aufnahmeverfahren am ", " geschlossen"},
};

std::string LastMoveIn(text::Language language, const Admission& admission) {
  const std::string& date = admission.steps().rbegin()->date();
  for (const LastMove& move : kLastMoves) {
    if (move.state != admission.state()) continue;
    const bool german = language == text::Language::kGerman;
    return absl::StrCat(ToAbsl(german ? move.german : move.english), SummaryDate(language, date),
                        ToAbsl(german ? move.german_end : ""));
  }
  return date;
}

std::string SummaryIn(text::Language language, const Admission& admission) {
  if (admission.steps().empty()) return "";
  std::string summary = LastMoveIn(language, admission);
  if (admission.state() == Admission::STATE_ASSESSED && !admission.verdicts().empty()) {
    const bool german = language == text::Language::kGerman;
    absl::StrAppend(
        &summary, "; ", CountMet(admission), german ? " von " : " of ", admission.verdicts_size(),
        german ? " Kriterien sind erfüllt oder erlassen" : " criteria are met or waived");
  }
  return summary + ".";
}

facts::Facts Own(const Admission& admission, const CodeBook&) {
  facts::Facts facts = Described("admission", admission);
  const std::string programme(store::ParentOf(admission.name()));
  facts.set_title(absl::StrCat("Admission to ", admission.programme_title()));
  facts.set_summary(SummaryIn(text::Language::kEnglish, admission));
  facts.set_summary_de(SummaryIn(text::Language::kGerman, admission));
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
