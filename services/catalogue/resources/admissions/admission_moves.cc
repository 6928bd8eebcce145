#include "services/catalogue/resources/admissions/admission_moves.h"

namespace clusterwire::catalogue {
namespace {

using v1::Admission;
using enum Party;

constexpr int kNone = Admission::STATE_UNSPECIFIED;
constexpr int kAsked = Admission::STATE_CONSULTATION_ASKED;
constexpr int kHeld = Admission::STATE_CONSULTATION_HELD;
constexpr int kSubmitted = Admission::STATE_SUBMITTED;
constexpr int kReturned = Admission::STATE_RETURNED;
constexpr int kAssessed = Admission::STATE_ASSESSED;

MoveTable MakeTable() {
  const std::vector<int> open = {kAsked, kHeld, kSubmitted, kReturned, kAssessed};
  return MoveTableOf<Admission::State>({
      {"AskForConsultation",
       kCluster,
       change::v1::CHANGE_KIND_ADMISSION_CONSULTATION_ASKED,
       {kNone},
       kAsked},
      {"HoldConsultation",
       kOffice,
       change::v1::CHANGE_KIND_ADMISSION_CONSULTATION_HELD,
       {kAsked},
       kHeld},
      {"SubmitApplication",
       kCluster,
       change::v1::CHANGE_KIND_ADMISSION_SUBMITTED,
       {kNone, kHeld, kReturned},
       kSubmitted},
      {"ReturnApplication",
       kOffice,
       change::v1::CHANGE_KIND_ADMISSION_RETURNED,
       {kSubmitted, kAssessed},
       kReturned},
      {"AssessApplication",
       kOffice,
       change::v1::CHANGE_KIND_ADMISSION_ASSESSED,
       {kSubmitted, kAssessed},
       kAssessed},
      {"WaiveCriterion",
       kOffice,
       change::v1::CHANGE_KIND_ADMISSION_CRITERION_WAIVED,
       {kAssessed},
       kAssessed},
      {"AdmitApplicant",
       kOffice,
       change::v1::CHANGE_KIND_ADMISSION_ADMITTED,
       {kAssessed},
       Admission::STATE_ADMITTED},
      {"RejectApplication",
       kOffice,
       change::v1::CHANGE_KIND_ADMISSION_REJECTED,
       {kAssessed},
       Admission::STATE_REJECTED},
      {"WithdrawApplication", kCluster, change::v1::CHANGE_KIND_ADMISSION_WITHDRAWN, open,
       Admission::STATE_WITHDRAWN},
      {"CloseAdmission", kOffice, change::v1::CHANGE_KIND_ADMISSION_CLOSED, open,
       Admission::STATE_CLOSED},
  });
}

}  // namespace

const MoveTable& AdmissionMoves() {
  static const MoveTable kTable = MakeTable();
  return kTable;
}

bool IsOver(v1::Admission::State state) {
  return state >= Admission::STATE_ADMITTED && state <= Admission::STATE_CLOSED;
}

}  // namespace clusterwire::catalogue
