#pragma once

#include <string>

#include "clusterwire/catalogue/v1/partner_request.pb.h"

#include "libs/resource/call.h"
#include "libs/search/index.h"
#include "libs/store/store.h"

namespace clusterwire::catalogue {

// Ranks clusters as partners for a request or a cluster, `name`, of those in `published` that the
// viewer may see. The order is libs/filter/ranking.h's.
absl::StatusOr<v1::RankPartnersResponse> RankPartners(const resource::ReadCall& call,
                                                      store::Store& store,
                                                      const search::Published& published,
                                                      const v1::RankPartnersRequest& request);

}  // namespace clusterwire::catalogue
