#include "services/catalogue/resources/admissions/application_checks.h"

#include "absl/strings/str_cat.h"

#include "clusterwire/catalogue/v1/admission.pb.h"

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

// The n-th id that admissions of a cluster get, n from 1: "x", "x-2", "x-3".
std::string IdOf(std::string_view cluster, int n) {
  std::string id(cluster.substr(cluster.find('/') + 1));
  if (n == 1) return id;
  const std::string end = absl::StrCat("-", n);
  if (id.size() + end.size() > resource::kMaxIdLength) {
    id.resize(resource::kMaxIdLength - end.size());
  }
  return id + end;
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
                                              std::string_view cluster) {
  // None is ever removed, so all that the cluster has stand before the first free name.
  for (int n = 1; n <= kMostAdmissions; ++n) {
    const std::string name = absl::StrCat(ToAbsl(programme), "/admissions/", IdOf(cluster, n));
    v1::Admission there;
    const absl::Status found = reader.Load(name, &there);
    if (absl::IsNotFound(found)) return name;
    RETURN_IF_ERROR(found);
    if (there.cluster() != cluster || IsOver(there.state())) continue;
    return Error(absl::StatusCode::kFailedPrecondition, "ADMISSION_OPEN",
                 absl::StrCat(name, " of this cluster isn't over, it is ",
                              AdmissionMoves().WordOf(there.state()),
                              ": go on with that one, or end it by WithdrawApplication"),
                 {{"resource", name}});
  }
  return Error(
      absl::StatusCode::kFailedPrecondition, "TOO_MANY_ADMISSIONS",
      absl::StrCat(ToAbsl(cluster), " has come to ", ToAbsl(programme), " ", kMostAdmissions,
                   " times, the most there may be: its office makes it a "
                   "member by CreateMembership"),
      {{"resource", std::string(programme)}});
}

}  // namespace clusterwire::catalogue
