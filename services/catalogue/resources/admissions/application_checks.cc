#include "services/catalogue/resources/admissions/application_checks.h"

#include "absl/strings/str_cat.h"

#include "clusterwire/catalogue/v1/admission.pb.h"

#include "libs/base/random.h"
#include "libs/base/text/strings.h"
#include "libs/base/time/date.h"
#include "libs/resource/name.h"
#include "services/catalogue/common/dates/calendar.h"
#include "services/catalogue/resources/admissions/admission_moves.h"

namespace clusterwire::catalogue {
namespace {

constexpr int kMostAdmissions =
    100;  // of one cluster in one programme, and of its neighbours in name

absl::Status NotTaking(const v1::Programme& programme, std::string_view why) {
  return Error(absl::StatusCode::kFailedPrecondition, "NOT_TAKING_APPLICATIONS",
               absl::StrCat(programme.name(), " takes no applications: ", ToAbsl(why)),
               {{"resource", programme.name()}});
}

}  // namespace

absl::Status CheckTakesApplications(const Context& context, const v1::Programme& programme) {
  if (programme.state() != v1::Programme::STATE_PUBLISHED) {
    return NotTaking(programme, "it is a draft; its office publishes it by PublishProgramme");
  }
  if (!programme.admission().takes_applications()) {
    return NotTaking(programme,
                     "ask its office, which says so in the programme's "
                     "admission.takes_applications; CheckEligibility tells what it asks for");
  }
  return CheckNotEnded(context, programme);
}

absl::Status CheckNotEnded(const Context& context, const v1::Programme& programme) {
  const auto end = ParseDate(programme.period().end());
  if (!end.ok() || end->last >= DayOf(context.now, kDefaultZone)) return absl::OkStatus();
  return NotTaking(programme, absl::StrCat("it ended on ", FormatDay(end->last)));
}

absl::Status CheckListed(const v1::Programme& programme, const v1::Cluster& cluster) {
  if (cluster.state() != v1::Cluster::STATE_DRAFT || programme.admission().lists_drafts()) {
    return absl::OkStatus();
  }
  return Error(absl::StatusCode::kFailedPrecondition, "DRAFT_NOT_LISTED",
               absl::StrCat(cluster.name(), " is a draft, and ", programme.name(),
                            " takes published clusters alone: apply first to a platform whose "
                            "admission.lists_drafts is true, which publishes whom it admits"),
               {{"resource", cluster.name()}, {"programme", programme.name()}});
}

absl::StatusOr<std::string> NextAdmissionName(const store::Reader& reader,
                                              std::string_view programme,
                                              const std::string& cluster) {
  const std::string under = absl::StrCat(ToAbsl(programme), "/admissions/");
  ASSIGN_OR_RETURN(const auto all, reader.About(cluster, "admission", kMostAdmissions));
  bool before = false;
  for (const store::Scanned& one : all) {
    const auto& admission = static_cast<const v1::Admission&>(*one.resource);
    if (!admission.name().starts_with(under)) continue;
    before = true;
    if (IsOver(admission.state())) continue;
    return Error(absl::StatusCode::kFailedPrecondition, "ADMISSION_OPEN",
                 absl::StrCat(admission.name(), " of this cluster isn't over, it is ",
                              AdmissionMoves().WordOf(admission.state()),
                              ": go on with that one, or end it by WithdrawApplication"),
                 {{"resource", admission.name()}});
  }
  if (std::ssize(all) == kMostAdmissions) {
    return Error(absl::StatusCode::kFailedPrecondition, "TOO_MANY_ADMISSIONS",
                 absl::StrCat(cluster, " has had ", kMostAdmissions,
                              " admissions, the most there may be: the office makes it a member by "
                              "CreateMembership"),
                 {{"resource", cluster}});
  }
  const std::string id = cluster.substr(cluster.find('/') + 1);
  // The next free number would tell of a neighbour in name that has come too.
  return under + (before ? resource::WithRandomEnd(id, Random::System()) : id);
}

}  // namespace clusterwire::catalogue
