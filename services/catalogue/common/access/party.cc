#include "services/catalogue/common/access/party.h"

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"

#include "libs/base/status/error.h"
#include "libs/base/text/strings.h"
#include "libs/store/registry.h"

namespace clusterwire::catalogue {
namespace {

bool Edits(const filter::Viewer& viewer, std::string_view root) {
  return viewer.operator_ || std::ranges::binary_search(viewer.edits, root);
}

}  // namespace

std::string_view WordsOf(Party party) {
  switch (party) {
    case Party::kOffice:
      return "office";
    case Party::kCluster:
      return "cluster";
    case Party::kEither:
      return "either";
  }
  return "";
}

bool IsOffice(const filter::Viewer& viewer, std::string_view programme) {
  return Edits(viewer, programme);
}

bool IsTeam(const filter::Viewer& viewer, std::string_view cluster) {
  return Edits(viewer, cluster);
}

absl::Status CheckParty(const filter::Viewer& viewer, Party party, std::string_view method,
                        std::string_view name, std::string_view cluster) {
  const std::string_view programme = store::RootOf(name);
  const bool office = party != Party::kCluster && IsOffice(viewer, programme);
  const bool team = party != Party::kOffice && IsTeam(viewer, cluster);
  if (office || team) return absl::OkStatus();
  const std::string whose =
      party == Party::kOffice
          ? absl::StrCat("the office's, who has an editor's grant on ", ToAbsl(programme))
      : party == Party::kCluster
          ? absl::StrCat("the cluster's team's, who has an editor's grant on ", ToAbsl(cluster))
          : absl::StrCat("the office's or the cluster's team's, who has an editor's grant on ",
                         ToAbsl(programme), " or on ", ToAbsl(cluster));
  return Error(absl::StatusCode::kPermissionDenied, "NOT_YOURS",
               absl::StrCat(ToAbsl(method), " is a move of ", whose),
               {{"resource", std::string(name)}, {"party", std::string(WordsOf(party))}});
}

}  // namespace clusterwire::catalogue
