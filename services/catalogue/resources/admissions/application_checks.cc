#include "services/catalogue/resources/admissions/application_checks.h"

#include "absl/strings/str_cat.h"

#include "clusterwire/catalogue/v1/admission.pb.h"

#include "libs/base/random.h"
#include "libs/base/text/strings.h"
#include "libs/resource/name.h"
#include "services/catalogue/resources/admissions/admission_moves.h"

namespace clusterwire::catalogue {
namespace {

constexpr int kMostAdmissions = 200;  // of one cluster, in all programmes

}  // namespace

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
