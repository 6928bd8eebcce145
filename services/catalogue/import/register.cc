#include "services/catalogue/import/register.h"

#include <utility>

#include "absl/strings/str_cat.h"

#include "libs/base/status/error.h"
#include "services/catalogue/common/fields/words.h"

namespace clusterwire::catalogue::registers {

absl::StatusOr<std::unique_ptr<Register>> MakeRegister(v1::ImportStart::Kind kind,
                                                       std::string read_date) {
  switch (kind) {
    case v1::ImportStart::KIND_CLUSTERS:
      return MakeClusterRegister(std::move(read_date));
    case v1::ImportStart::KIND_LABELS:
      return MakeLabelRegister(std::move(read_date));
    case v1::ImportStart::KIND_PROGRAMMES:
      return MakeProgrammeRegister(std::move(read_date));
    case v1::ImportStart::KIND_EVENTS:
      return MakeEventRegister(std::move(read_date));
    case v1::ImportStart::KIND_TAXONOMIES:
      return MakeTaxonomyRegister(std::move(read_date));
    default:
      return FieldError(
          "start.kind",
          absl::StrCat("is required: ", WordsOf<v1::ImportStart::Kind>(), ", written KIND_…"));
  }
}

}  // namespace clusterwire::catalogue::registers
