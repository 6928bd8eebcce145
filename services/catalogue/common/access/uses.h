#pragma once

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"

#include "libs/base/status/error.h"
#include "libs/base/status/status_macros.h"
#include "libs/base/text/strings.h"
#include "libs/store/reader.h"

// Who needs a resource: asked before it is deleted or loses a part. Looks at every resource of a
// type, so it is for what is rarely written and widely used: schemes and code lists.
namespace clusterwire::catalogue {

// The first of a type that `uses` says yes to; empty when there is none.
template <store::Resource T, typename Uses>
absl::StatusOr<std::string> FirstUser(const store::Reader& reader, std::string_view type,
                                      const Uses& uses) {
  store::ScanOptions scan;
  scan.type = std::string(type);
  scan.limit = 1000;
  while (true) {
    ASSIGN_OR_RETURN(const auto page, reader.Scan(scan));
    for (const store::Scanned& scanned : page) {
      const T& resource = static_cast<const T&>(*scanned.resource);
      if (uses(resource)) return resource.name();
      scan.after = resource.name();
    }
    if (page.size() < static_cast<size_t>(scan.limit)) return std::string();
  }
}

// FAILED_PRECONDITION, reason IN_USE, unless `user` is empty.
inline absl::Status CheckUnused(std::string_view name, const std::string& user) {
  if (user.empty()) return absl::OkStatus();
  return Error(absl::StatusCode::kFailedPrecondition, "IN_USE",
               absl::StrCat(ToAbsl(name), " can't be deleted: ", user, " needs it"),
               {{"resource", std::string(name)}, {"user", user}});
}

}  // namespace clusterwire::catalogue
