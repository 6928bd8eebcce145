#include "services/catalogue/common/access/access.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

#include "libs/base/status/error.h"
#include "libs/base/status/status_macros.h"
#include "libs/base/text/strings.h"

namespace clusterwire::catalogue {

// The empty filter breaks no rule, so compiling it can't fail.
Sight::Sight(const filter::Viewer& viewer)
    : all_(*filter::Predicate::Compile(filter::Filter(), viewer)) {}

bool Sight::Sees(const std::optional<facts::Facts>& facts) const {
  return facts ? all_.Matches(*facts) : is_operator();
}

absl::Status Sight::Check(const store::Reader& reader, std::string_view name) const {
  ASSIGN_OR_RETURN(const std::optional<facts::Facts> facts, facts::Get(reader, name));
  return Sees(facts) ? absl::OkStatus() : NotFoundError(name);
}

absl::Status CheckMayWrite(const filter::Viewer& viewer, std::string_view name) {
  if (viewer.operator_) return absl::OkStatus();
  const std::string_view root = store::RootOf(name);
  const bool own =
      std::find(viewer.members.begin(), viewer.members.end(), root) != viewer.members.end();
  if (own && (root == name || absl::StartsWith(ToAbsl(root), "programmes/"))) {
    return absl::OkStatus();
  }
  return Error(absl::StatusCode::kPermissionDenied, "NOT_YOURS",
               absl::StrCat("this caller may not write ", ToAbsl(name)),
               {{"resource", std::string(name)}});
}

}  // namespace clusterwire::catalogue
