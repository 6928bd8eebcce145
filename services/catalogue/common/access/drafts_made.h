#pragma once

#include <string_view>

#include "absl/status/status.h"

#include "libs/store/reader.h"
#include "services/catalogue/common/catalogue_type.h"

namespace clusterwire::catalogue {

// What the store knows of who has made drafts of clusters: a list of a few names for each subject,
// so that a next draft needs no look at all that its maker ever had. It is no resource of the
// interface.
CatalogueType DraftsMadeType();

// Notes inside a write that the subject has made this cluster, a draft. FAILED_PRECONDITION, reason
// TOO_MANY_DRAFTS, when it has made five that aren't published: those that it deleted or gave away
// since take room too, and those that others gave to it none.
absl::Status NoteMadeDraft(store::Writer& writer, std::string_view subject,
                           std::string_view cluster);

}  // namespace clusterwire::catalogue
