#include "services/catalogue/resources/admissions/admission_steps.h"

#include "absl/strings/str_cat.h"

#include "libs/base/time/clock.h"
#include "libs/base/time/date.h"
#include "libs/resource/name.h"
#include "services/catalogue/common/access/party.h"
#include "services/catalogue/common/dates/calendar.h"
#include "services/catalogue/resources/admissions/admission_moves.h"

namespace clusterwire::catalogue {
namespace {

constexpr int kMostSteps = 99;  // and one that ends it
constexpr size_t kMostNote = 1000;

absl::CivilDay Today(const Context& context) { return DayOf(context.now, kDefaultZone); }

void CheckDay(const Context& context, const StepRequest& request, const v1::Admission& admission,
              FieldErrors& errors) {
  const std::string date = DateOf(context, request);
  const auto day = ParseDate(date);
  if (!day.ok() || day->first != day->last) return;  // CheckStepFields has said so
  if (day->first > Today(context)) {
    errors.Add("date", absl::StrCat("'", date, "' lies ahead, today is ", FormatDay(Today(context)),
                                    ": a move is written when it has "
                                    "happened"));
  }
  if (admission.steps().empty()) return;
  const v1::AdmissionStep& last = *admission.steps().rbegin();
  const auto before = ParseDate(last.date());
  if (before.ok() && day->first < before->first) {
    errors.Add("date",
               absl::StrCat("'", date, "' is before ", last.date(), ", the day of ", last.move()));
  }
}

}  // namespace

void CheckStepFields(const StepRequest& request, FieldErrors& errors) {
  resource::CheckText(errors, "note", request.note, request.needs_note ? 1 : 0, kMostNote);
  if (request.date.empty()) return;
  const auto day = ParseDate(request.date);
  if (!day.ok() || day->first != day->last) {
    errors.Add("date", absl::StrCat("'", request.date, "' is no day: write it as 2026-11-30"));
  }
}

absl::Status CheckStep(const Context& context, const StepRequest& request,
                       const v1::Admission& admission, FieldErrors& errors) {
  const MoveTable& moves = AdmissionMoves();
  const Move& move = moves.Of(request.method);
  RETURN_IF_ERROR(
      CheckParty(context.viewer, move.party, move.method, admission.name(), admission.cluster()));
  RETURN_IF_ERROR(moves.Check(move.method, admission.name(), admission.state()));
  const bool ends = IsOver(static_cast<v1::Admission::State>(move.to));
  if (admission.steps_size() >= kMostSteps && !ends) {
    return Error(absl::StatusCode::kFailedPrecondition, "TOO_MANY_STEPS",
                 absl::StrCat(admission.name(), " has ", admission.steps_size(),
                              " steps, as many as there may be: end it by AdmitApplicant, "
                              "RejectApplication, WithdrawApplication or CloseAdmission"),
                 {{"resource", admission.name()}});
  }
  CheckStepFields(request, errors);
  CheckDay(context, request, admission, errors);
  return absl::OkStatus();
}

std::string DateOf(const Context& context, const StepRequest& request) {
  return request.date.empty() ? FormatDay(Today(context)) : request.date;
}

void AddStep(const Context& context, const StepRequest& request, const v1::Programme& programme,
             std::string_view criterion, v1::Admission* admission) {
  const Move& move = AdmissionMoves().Of(request.method);
  admission->set_state(static_cast<v1::Admission::State>(move.to));
  admission->set_programme_title(programme.acronym().empty() ? programme.title()
                                                             : programme.acronym());
  v1::AdmissionStep& step = *admission->add_steps();
  step.set_move(std::string(move.method));
  step.set_state(admission->state());
  step.set_date(DateOf(context, request));
  *step.mutable_time() = ToTimestamp(context.now);
  step.set_criterion(std::string(criterion));
  step.set_note(request.note);
  step.set_actor(request.actor);
}

}  // namespace clusterwire::catalogue
