#include "services/catalogue/common/resource.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

#include "libs/base/status/error.h"
#include "libs/base/text/strings.h"
#include "services/catalogue/common/fields/edited.h"

namespace clusterwire::catalogue {
namespace {

absl::Status MayRead(const filter::Viewer& viewer, std::string_view name,
                     const std::optional<facts::Facts>& facts) {
  return MaySee(viewer, facts) ? absl::OkStatus() : NotFoundError(name);
}

absl::Status WithContext(const store::Writer& writer, const filter::Viewer& viewer,
                         resource::Service::Work work) {
  ASSIGN_OR_RETURN(const auto book, CodeBook::Of(writer));
  return work(Context{{writer, writer.now(), viewer}, *book});
}

}  // namespace

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
  const bool own =
      std::find(viewer.members.begin(), viewer.members.end(), root) != viewer.members.end();
  if (own && (root == name || absl::StartsWith(ToAbsl(root), "programmes/"))) {
    return absl::OkStatus();
  }
  return Error(absl::StatusCode::kPermissionDenied, "NOT_YOURS",
               absl::StrCat("this caller may not write ", ToAbsl(name)),
               {{"resource", std::string(name)}});
}

const resource::Service& CatalogueService() {
  static constexpr resource::Service kService = {.looks_first = true,
                                                 .may_read = &MayRead,
                                                 .may_write = &CheckMayWrite,
                                                 .with_context = &WithContext,
                                                 .mark_edited = &MarkEdited};
  return kService;
}

}  // namespace clusterwire::catalogue
