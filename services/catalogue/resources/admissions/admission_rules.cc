#include "services/catalogue/resources/admissions/admission_rules.h"

#include "absl/strings/str_cat.h"

#include "clusterwire/catalogue/v1/cluster.pb.h"
#include "clusterwire/catalogue/v1/membership.pb.h"
#include "clusterwire/catalogue/v1/programme.pb.h"

#include "libs/base/time/date.h"
#include "services/catalogue/common/access/party.h"
#include "services/catalogue/common/fields/checks.h"
#include "services/catalogue/common/fields/references.h"
#include "services/catalogue/resources/admissions/admission_moves.h"
#include "services/catalogue/resources/admissions/admission_steps.h"
#include "services/catalogue/resources/admissions/application_checks.h"
#include "services/catalogue/resources/admissions/assessment.h"
#include "services/catalogue/resources/clusters/draft.h"
#include "services/catalogue/resources/memberships/membership_rules.h"
#include "services/catalogue/resources/programmes/programme_terms.h"

namespace clusterwire::catalogue {
namespace {

using v1::Admission;

bool IsMovedBy(const filter::Viewer& viewer, const Admission& admission) {
  return IsTeam(viewer, admission.cluster());
}

std::string_view KindOfFirst(const Admission& admission) {
  const auto& steps = admission.steps();
  return change::KindText(AdmissionMoves().Of(steps.rbegin()->move()).kind);
}

std::string SuggestId(const Admission& admission) {
  return admission.cluster().substr(admission.cluster().find('/') + 1);
}

// A draft is the office's to see from the first move to the last.
absl::Status ShowOrHide(store::Writer& writer, const Admission* before, const Admission& next,
                        const Context&) {
  const std::string programme(store::ParentOf(next.name()));
  if (before == nullptr) return ShowDraft(writer, next.cluster(), programme);
  if (next.state() == Admission::STATE_ADMITTED) return PublishDraft(writer, next.cluster());
  return IsOver(next.state()) ? HideDraft(writer, next.cluster(), programme) : absl::OkStatus();
}

absl::StatusOr<v1::Programme> ProgrammeOf(const Context& context, const Admission& admission) {
  return context.reader.Get<v1::Programme>(store::ParentOf(admission.name()));
}

// Of the consultation, and of drafts.
absl::Status CheckWay(const v1::Programme& programme, std::string_view method) {
  const bool talk_first = programme.admission().consultation_first();
  if (method == "AskForConsultation" && !talk_first) {
    return Error(absl::StatusCode::kFailedPrecondition, "NO_CONSULTATION",
                 absl::StrCat(programme.name(),
                              " has no consultation talk before the application: "
                              "SubmitApplication applies at once"),
                 {{"resource", programme.name()}});
  }
  if (method == "SubmitApplication" && talk_first) {
    return Error(absl::StatusCode::kFailedPrecondition, "CONSULTATION_FIRST",
                 absl::StrCat("a consultation talk comes first in ", programme.name(),
                              ": AskForConsultation asks for it, and when it was held "
                              "SubmitApplication takes the admission's name"),
                 {{"resource", programme.name()}});
  }
  return absl::OkStatus();
}

absl::Status CheckMayCome(const Context& context, const v1::Programme& programme,
                          const v1::Cluster& cluster, const std::string& date) {
  RETURN_IF_ERROR(CheckTakesApplications(programme, context.now));
  RETURN_IF_ERROR(CheckListed(programme, cluster));
  type::v1::Period period;
  period.set_start(date);
  return CheckMayJoin(context, programme.name(), cluster.name(), period);
}

// Completes what a first move makes.
absl::Status Begin(const Context& context, const StepRequest& step, Admission* admission) {
  FieldErrors errors;
  RETURN_IF_ERROR(CheckStep(context, step, *admission, errors));
  v1::Cluster cluster;
  if (!IsThereFor(context.viewer, context.reader, admission->cluster(), &cluster)) {
    errors.Add("cluster", NotThere(context.viewer, context.reader, admission->cluster()));
  }
  RETURN_IF_ERROR(errors.ToStatus());
  ASSIGN_OR_RETURN(const v1::Programme programme, ProgrammeOf(context, *admission));
  RETURN_IF_ERROR(CheckWay(programme, step.method));
  ASSIGN_OR_RETURN(std::string name,
                   NextAdmissionName(context.reader, programme.name(), cluster.name()));
  RETURN_IF_ERROR(CheckMayCome(context, programme, cluster, DateOf(context, step)));
  admission->set_name(std::move(name));
  AddStep(context, step, programme, "", admission);
  return absl::OkStatus();
}

// Violations of the membership by the fields of the request that it was made of.
absl::Status AsRequested(const absl::Status& status) {
  const google::rpc::BadRequest wrong = BadRequestOf(status);
  if (wrong.field_violations().empty()) return status;
  FieldErrors errors;
  for (const auto& violation : wrong.field_violations()) {
    const bool level = violation.field() == "membership.level";
    const bool period = violation.field().starts_with("membership.period");
    errors.Add(level ? "level" : period ? "start" : violation.field(), violation.description());
  }
  return errors.ToStatus();
}

// Makes the membership of an admitted cluster, and names it in the admission.
absl::Status MakeMembership(store::Writer& writer, const Context& context, const Admission& next,
                            const v1::AdmitApplicantRequest& request) {
  v1::Membership membership;
  membership.set_cluster(next.cluster());
  membership.set_level(request.level());
  membership.mutable_period()->set_start(request.start().empty() ? next.steps().rbegin()->date()
                                                                 : request.start());
  auto made = catalogue::Admit(writer, context, store::ParentOf(next.name()), membership);
  if (!made.ok()) return AsRequested(made.status());
  ASSIGN_OR_RETURN(Admission admission, writer.Get<Admission>(next.name()));
  admission.set_membership(made->name());
  return writer.Put(admission, change::KindText(AdmissionMoves().Of("AdmitApplicant").kind));
}

}  // namespace

Rules<Admission> AdmissionRules() {
  return {.type = "admission",
          .collection = "admissions",
          .parent = "programmes/{programme}",
          .suggest_id = &SuggestId,
          .kind_of_creation = &KindOfFirst,
          .bring = &ShowOrHide,
          .moved_by = &IsMovedBy};
}

Admissions::Made Admissions::Open(const WriteCall& call, const StepRequest& step,
                                  const std::string& programme, const std::string& cluster) {
  FieldErrors errors;
  CheckReference("parent", "programmes/{programme}", programme, errors);
  CheckReference("cluster", "clusters/{cluster}", cluster, errors);
  if (!errors.empty()) {
    CheckStepFields(step, errors);
    return errors.ToStatus();
  }
  Admission admission;
  admission.set_cluster(cluster);
  return Create(call, programme, admission, "", [&](const Context& context, Admission* next) {
    return Begin(context, step, next);
  });
}

Admissions::Made Admissions::Go(const WriteCall& call, const StepRequest& step, const Work& work,
                                std::string_view criterion, const Bring& bring) {
  const auto change = [&](const Context& context, Admission* next) -> absl::Status {
    FieldErrors errors;
    if (next->name().empty()) {  // what else is wrong with a request whose name is none
      CheckStepFields(step, errors);
      return errors.ToStatus();
    }
    RETURN_IF_ERROR(CheckStep(context, step, *next, errors));
    ASSIGN_OR_RETURN(const v1::Programme programme, ProgrammeOf(context, *next));
    if (work) RETURN_IF_ERROR(work(context, programme, next, errors));
    RETURN_IF_ERROR(errors.ToStatus());
    AddStep(context, step, programme, criterion, next);
    return absl::OkStatus();
  };
  const std::string_view kind = change::KindText(AdmissionMoves().Of(step.method).kind);
  return Modify(call, step.name, step.etag, kind, change, "name", Shown::kAsRead, bring);
}

Admissions::Made Admissions::Ask(const WriteCall& call,
                                 const v1::AskForConsultationRequest& request) {
  return Open(call, StepOf("AskForConsultation", call, request), request.parent(),
              request.cluster());
}

Admissions::Made Admissions::Hold(const WriteCall& call,
                                  const v1::HoldConsultationRequest& request) {
  return Go(call, StepOf("HoldConsultation", call, request));
}

Admissions::Made Admissions::Submit(const WriteCall& call,
                                    const v1::SubmitApplicationRequest& request) {
  const StepRequest step = StepOf("SubmitApplication", call, request);
  if (request.name().empty()) return Open(call, step, request.parent(), request.cluster());
  FieldErrors both;
  for (const auto& [path, text] :
       {std::pair("parent", request.parent()), std::pair("cluster", request.cluster())}) {
    if (!text.empty()) both.Add(path, "is for a new admission: leave it or `name` empty");
  }
  RETURN_IF_ERROR(both.ToStatus());
  return Go(call, step,
            [&](const Context& context, const v1::Programme& programme, Admission* admission,
                FieldErrors& errors) -> absl::Status {
              if (!errors.empty()) return absl::OkStatus();
              // It was asked for by the office.
              if (admission->state() == Admission::STATE_RETURNED) {
                return CheckNotEnded(programme, context.now);
              }
              ASSIGN_OR_RETURN(const auto cluster,
                               context.reader.Get<v1::Cluster>(admission->cluster()));
              return CheckMayCome(context, programme, cluster, DateOf(context, step));
            });
}

Admissions::Made Admissions::Return(const WriteCall& call,
                                    const v1::ReturnApplicationRequest& request) {
  return Go(call, StepOf("ReturnApplication", call, request, /*needs_note=*/true));
}

Admissions::Made Admissions::Assess(const WriteCall& call,
                                    const v1::AssessApplicationRequest& request) {
  const StepRequest step = StepOf("AssessApplication", call, request);
  return Go(call, step,
            [&](const Context& context, const v1::Programme& programme, Admission* admission,
                FieldErrors& errors) {
              return catalogue::Assess(context, programme, request, DateOf(context, step),
                                       admission, errors);
            });
}

Admissions::Made Admissions::Waive(const WriteCall& call,
                                   const v1::WaiveCriterionRequest& request) {
  const StepRequest step = StepOf("WaiveCriterion", call, request, /*needs_note=*/true);
  return Go(
      call, step,
      [&](const Context& context, const v1::Programme&, Admission* admission, FieldErrors& errors) {
        return catalogue::Waive(request.criterion(), DateOf(context, step), admission, errors);
      },
      request.criterion());
}

Admissions::Made Admissions::Admit(const WriteCall& call,
                                   const v1::AdmitApplicantRequest& request) {
  const auto check = [&](const Context& context, const v1::Programme& programme,
                         Admission* admission, FieldErrors& errors) -> absl::Status {
    CheckDate("start", request.start(), errors);
    if (!errors.empty()) return absl::OkStatus();
    RETURN_IF_ERROR(CheckNotEnded(programme, context.now));
    ASSIGN_OR_RETURN(const auto cluster, context.reader.Get<v1::Cluster>(admission->cluster()));
    RETURN_IF_ERROR(CheckListed(programme, cluster));
    return CheckAllMet(context, programme, *admission);
  };
  return Go(call, StepOf("AdmitApplicant", call, request), check, "",
            [&](store::Writer& writer, const Context& context, const Admission& next,
                resource::Notes&) { return MakeMembership(writer, context, next, request); });
}

Admissions::Made Admissions::Reject(const WriteCall& call,
                                    const v1::RejectApplicationRequest& request) {
  return Go(call, StepOf("RejectApplication", call, request, /*needs_note=*/true));
}

Admissions::Made Admissions::Withdraw(const WriteCall& call,
                                      const v1::WithdrawApplicationRequest& request) {
  return Go(call, StepOf("WithdrawApplication", call, request));
}

Admissions::Made Admissions::Close(const WriteCall& call,
                                   const v1::CloseAdmissionRequest& request) {
  return Go(call, StepOf("CloseAdmission", call, request));
}

}  // namespace clusterwire::catalogue
