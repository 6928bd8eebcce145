#include "services/catalogue/import/registers/register.h"

#include "absl/strings/str_cat.h"

#include "libs/base/status/error.h"
#include "services/catalogue/common/fields/words.h"

namespace clusterwire::catalogue::registers {

absl::StatusOr<ImportRecord> RegisterOf(v1::ImportStart::Kind kind) {
  switch (kind) {
    case v1::ImportStart::KIND_CLUSTERS:
      return &ImportCluster;
    case v1::ImportStart::KIND_LABELS:
      return &ImportLabel;
    case v1::ImportStart::KIND_PROGRAMMES:
      return &ImportProgramme;
    case v1::ImportStart::KIND_EVENTS:
      return &ImportEvent;
    case v1::ImportStart::KIND_TAXONOMIES:
      return &ImportTaxonomy;
    default:
      return FieldError(
          "start.kind",
          absl::StrCat("is required: ", WordsOf<v1::ImportStart::Kind>(), ", written KIND_…"));
  }
}

}  // namespace clusterwire::catalogue::registers
