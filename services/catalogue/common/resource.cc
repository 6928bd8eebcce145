#include "services/catalogue/common/resource.h"

#include "libs/base/status/error.h"
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

const resource::Service& CatalogueService() {
  static constexpr resource::Service kService = {.looks_first = true,
                                                 .may_read = &MayRead,
                                                 .may_write = &CheckMayWrite,
                                                 .holds = &CheckOwnerStands,
                                                 .may_create = &CheckMayCreate,
                                                 .roots_named_by_operators = true,
                                                 .with_context = &WithContext,
                                                 .mark_edited = &MarkEdited};
  return kService;
}

}  // namespace clusterwire::catalogue
