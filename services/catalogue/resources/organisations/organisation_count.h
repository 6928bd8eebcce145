#pragma once

#include "clusterwire/catalogue/v1/organisation.pb.h"

#include "libs/resource/call.h"
#include "libs/search/index.h"
#include "libs/store/store.h"

namespace clusterwire::catalogue {

// Counts the organisations that are members now of the clusters that the filter matches, each once,
// of what the viewer sees: the clusters as `published` has them, their members as the store has
// them.
absl::StatusOr<v1::CountOrganisationsResponse> CountOrganisations(
    const resource::ReadCall& call, store::Store& store, const search::Published& published,
    const v1::CountOrganisationsRequest& request);

}  // namespace clusterwire::catalogue
