#pragma once

#include <optional>
#include <string_view>

#include "absl/status/status.h"

#include "libs/facts/facts.h"
#include "libs/filter/viewer.h"
#include "libs/store/reader.h"

// Who may see and who may write.
namespace clusterwire::catalogue {

// What has Facts is seen by those in its audience: filter::Sees. What has none is deleted, or about
// something deleted: operators alone see it.
bool MaySee(const filter::Viewer& viewer, const std::optional<facts::Facts>& facts);
// NOT_FOUND unless the resource `name` is there and the viewer may see it.
absl::Status CheckMaySee(const store::Reader& reader, const filter::Viewer& viewer,
                         std::string_view name);

// PERMISSION_DENIED unless the viewer may write the resource `name`: operators everything, a
// programme's office the programme and its memberships, a cluster's own people the cluster itself.
// Labels are their issuers' affair, so of operators alone. Decided here and nowhere else.
absl::Status CheckMayWrite(const filter::Viewer& viewer, std::string_view name);

}  // namespace clusterwire::catalogue
