#pragma once

#include <string_view>

#include "absl/status/status.h"

#include "libs/filter/viewer.h"

// Who acts on what stands between a programme and a cluster: an admission, a booking.
namespace clusterwire::catalogue {

enum class Party {
  kOffice,   // who edits the programme
  kCluster,  // who edits the cluster
  kEither,
};

// "office", "cluster", "either": as tables of moves print it.
std::string_view WordsOf(Party party);

// Whether the viewer is of that side, or an operator.
bool IsOffice(const filter::Viewer& viewer, std::string_view programme);
bool IsTeam(const filter::Viewer& viewer, std::string_view cluster);

// OK when the viewer is of the party. PERMISSION_DENIED, reason NOT_YOURS, tells who may make the
// move `method` on `name`, which the viewer sees, or is to make there.
absl::Status CheckParty(const filter::Viewer& viewer, Party party, std::string_view method,
                        std::string_view name, std::string_view cluster);

}  // namespace clusterwire::catalogue
