#include "services/catalogue/resources/admissions/assessment.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include "libs/base/text/strings.h"
#include "services/catalogue/common/fields/checks.h"
#include "services/catalogue/resources/programmes/eligibility.h"
#include "services/catalogue/resources/programmes/programme_terms.h"

namespace clusterwire::catalogue {
namespace {

using v1::Verdict;

bool IsMet(const Verdict& verdict) {
  return verdict.outcome() == Verdict::OUTCOME_MET || verdict.outcome() == Verdict::OUTCOME_WAIVED;
}

bool Has(const Strings& ids, std::string_view id) { return std::ranges::count(ids, id) > 0; }

// Null when there is none.
Verdict* FindVerdict(v1::Admission* admission, std::string_view criterion) {
  auto& verdicts = *admission->mutable_verdicts();
  const auto found = std::ranges::find(verdicts, criterion, &Verdict::criterion);
  return found == verdicts.end() ? nullptr : &*found;
}

std::string IdsOf(const v1::Programme& programme) {
  const auto& criteria = programme.criteria();
  if (criteria.empty()) return "it has none";
  return absl::StrJoin(criteria, ", ", [](std::string* out, const v1::Criterion& criterion) {
    absl::StrAppend(out, criterion.id());
  });
}

// Whether the office has waived it; what the programme waives by itself has no such step.
bool WasWaived(const v1::Admission& admission, std::string_view criterion) {
  return std::ranges::count(admission.steps(), criterion, &v1::AdmissionStep::criterion) > 0;
}

void CheckByHand(std::string_view path, const Strings& ids, const v1::Programme& programme,
                 FieldErrors& errors) {
  for (int i = 0; i < ids.size(); ++i) {
    const std::string at = absl::StrCat(ToAbsl(path), "[", i, "]");
    const v1::Criterion* criterion = FindCriterion(programme, ids[i]);
    if (criterion == nullptr) {
      errors.Add(at, absl::StrCat("'", ids[i], "' is no criterion of ", programme.name(), ": ",
                                  IdsOf(programme)));
    } else if (!criterion->by_hand()) {
      errors.Add(at, absl::StrCat("'", ids[i],
                                  "' is checked by the catalogue, from the cluster's "
                                  "profile; WaiveCriterion sets its verdict aside"));
    }
  }
}

void SayByHand(Verdict::Outcome outcome, std::string_view date, Verdict* verdict) {
  verdict->set_outcome(outcome);
  verdict->set_reason(absl::StrCat("Looked at by the office on ", ToAbsl(date)));
  verdict->set_by_hand(true);
  verdict->clear_missing_fields();
  if (outcome == Verdict::OUTCOME_MET) verdict->clear_remedy();
}

// Whether what was met or waived by the assessment is so no longer, as the criterion and the
// profile are now.
bool IsStale(const v1::Admission& admission, const Verdict& assessed, const Verdict& now) {
  if (!IsMet(assessed) || IsMet(now)) return false;
  if (assessed.outcome() == Verdict::OUTCOME_WAIVED) {
    return !WasWaived(admission, assessed.criterion()) || !now.waivable();
  }
  return now.outcome() != Verdict::OUTCOME_BY_HAND || !assessed.by_hand();
}

}  // namespace

absl::Status Assess(const Context& context, const v1::Programme& programme,
                    const v1::AssessApplicationRequest& request, std::string_view date,
                    v1::Admission* admission, FieldErrors& errors) {
  CheckByHand("met", request.met(), programme, errors);
  CheckByHand("not_met", request.not_met(), programme, errors);
  for (int i = 0; i < request.not_met_size(); ++i) {
    if (!Has(request.met(), request.not_met(i))) continue;
    errors.Add(absl::StrCat("not_met[", i, "]"),
               absl::StrCat("'", request.not_met(i), "' is in met too"));
  }
  if (!errors.empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(std::vector<Verdict> verdicts,
                   VerdictsOf(context.reader, context.book, programme, admission->cluster()));
  v1::Admission before = *admission;
  admission->clear_verdicts();
  for (Verdict& verdict : verdicts) {
    const std::string& id = verdict.criterion();
    const Verdict* earlier = FindVerdict(&before, id);
    if (Has(request.met(), id)) {
      SayByHand(Verdict::OUTCOME_MET, date, &verdict);
    } else if (Has(request.not_met(), id)) {
      SayByHand(Verdict::OUTCOME_NOT_MET, date, &verdict);
    } else if (verdict.outcome() == Verdict::OUTCOME_BY_HAND && earlier != nullptr &&
               earlier->by_hand() && earlier->outcome() != Verdict::OUTCOME_WAIVED) {
      // What the catalogue found before the criterion became one to look at is not the office's.
      verdict.set_outcome(earlier->outcome());
      verdict.set_reason(earlier->reason());
      verdict.set_by_hand(true);
    }
    const bool stays = earlier != nullptr && earlier->outcome() == Verdict::OUTCOME_WAIVED &&
                       WasWaived(before, id) && verdict.waivable() && !IsMet(verdict);
    *admission->add_verdicts() = stays ? *earlier : std::move(verdict);
  }
  return absl::OkStatus();
}

absl::Status Waive(std::string_view criterion, std::string_view date, v1::Admission* admission,
                   FieldErrors& errors) {
  Verdict* verdict = FindVerdict(admission, criterion);
  if (verdict == nullptr) {
    errors.Add("criterion", absl::StrCat("'", ToAbsl(criterion), "' is none that was assessed: ",
                                         absl::StrJoin(admission->verdicts(), ", ",
                                                       [](std::string* out, const Verdict& one) {
                                                         absl::StrAppend(out, one.criterion());
                                                       })));
    return absl::OkStatus();
  }
  const std::map<std::string, std::string> about = {{"resource", admission->name()},
                                                    {"criterion", std::string(criterion)}};
  if (IsMet(*verdict)) {
    return Error(absl::StatusCode::kFailedPrecondition, "NOTHING_TO_WAIVE",
                 absl::StrCat("'", ToAbsl(criterion), "' is ", WordOf(verdict->outcome()),
                              " already: ", verdict->reason()),
                 about);
  }
  if (!verdict->waivable()) {
    return Error(absl::StatusCode::kFailedPrecondition, "NOT_WAIVABLE",
                 absl::StrCat("the programme doesn't let its office waive '", ToAbsl(criterion),
                              "': ReturnApplication asks the cluster for what is missing"),
                 about);
  }
  verdict->set_outcome(Verdict::OUTCOME_WAIVED);
  verdict->set_reason(absl::StrCat("Waived by the office on ", ToAbsl(date)));
  verdict->clear_missing_fields();
  verdict->clear_remedy();
  return absl::OkStatus();
}

absl::Status CheckAllMet(const Context& context, const v1::Programme& programme,
                         const v1::Admission& admission) {
  ASSIGN_OR_RETURN(const std::vector<Verdict> now,
                   VerdictsOf(context.reader, context.book, programme, admission.cluster()));
  std::vector<std::string> changed;
  std::vector<std::string> why;
  for (const Verdict& verdict : now) {
    const auto& verdicts = admission.verdicts();
    const auto known = std::ranges::find(verdicts, verdict.criterion(), &Verdict::criterion);
    if (known != verdicts.end() && !IsStale(admission, *known, verdict)) continue;
    changed.push_back(verdict.criterion());
    why.push_back(known == verdicts.end()
                      ? absl::StrCat(verdict.criterion(), " (new)")
                      : absl::StrCat(verdict.criterion(), " (", WordOf(verdict.outcome()),
                                     " now: ", verdict.reason(), ")"));
  }
  if (!changed.empty()) {
    return Error(absl::StatusCode::kFailedPrecondition, "CRITERIA_CHANGED",
                 absl::StrCat("since the assessment the criteria of ", programme.name(),
                              " or the profile of ", admission.cluster(), " have changed: ",
                              absl::StrJoin(why, ", "), "; repeat AssessApplication"),
                 {{"resource", admission.name()}, {"criteria", absl::StrJoin(changed, ",")}});
  }
  std::vector<std::string> open;
  std::vector<std::string> words;
  for (const Verdict& verdict : admission.verdicts()) {
    // What the programme no longer asks for keeps no applicant out.
    if (IsMet(verdict) || FindCriterion(programme, verdict.criterion()) == nullptr) continue;
    open.push_back(verdict.criterion());
    words.push_back(absl::StrCat(verdict.criterion(), " (", WordOf(verdict.outcome()), ")"));
  }
  if (open.empty()) return absl::OkStatus();
  return Error(absl::StatusCode::kFailedPrecondition, "CRITERIA_OPEN",
               absl::StrCat("not each criterion is met or waived: ", absl::StrJoin(words, ", "),
                            "; AssessApplication says what the office has looked at and checks the "
                            "profile again, WaiveCriterion waives, ReturnApplication asks the "
                            "cluster for more"),
               {{"resource", admission.name()}, {"criteria", absl::StrJoin(open, ",")}});
}

int CountMet(const v1::Admission& admission) {
  return static_cast<int>(std::ranges::count_if(admission.verdicts(), &IsMet));
}

}  // namespace clusterwire::catalogue
