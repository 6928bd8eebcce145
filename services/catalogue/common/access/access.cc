#include "services/catalogue/common/access/access.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

#include "libs/base/status/error.h"
#include "libs/base/text/strings.h"

namespace clusterwire::catalogue {

bool MaySee(const filter::Viewer& viewer, const std::optional<facts::Facts>& facts) {
  return facts ? filter::Sees(viewer, *facts) : viewer.operator_;
}

absl::Status CheckMaySee(const store::Reader& reader, const filter::Viewer& viewer,
                         std::string_view name) {
  ASSIGN_OR_RETURN(const std::optional<facts::Facts> facts, facts::Get(reader, name));
  return MaySee(viewer, facts) ? absl::OkStatus() : NotFoundError(name);
}

absl::Status CheckMayWrite(const filter::Viewer& viewer, std::string_view name) {
  if (viewer.operator_) return absl::OkStatus();
  const std::string_view root = store::RootOf(name);
  const bool own = std::find(viewer.edits.begin(), viewer.edits.end(), root) != viewer.edits.end();
  if (own && (root == name || absl::StartsWith(ToAbsl(root), "programmes/"))) {
    return absl::OkStatus();
  }
  return Error(absl::StatusCode::kPermissionDenied, "NOT_YOURS",
               absl::StrCat("this caller may not write ", ToAbsl(name)),
               {{"resource", std::string(name)}});
}

}  // namespace clusterwire::catalogue
