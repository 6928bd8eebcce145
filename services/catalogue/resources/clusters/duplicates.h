#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

#include "clusterwire/catalogue/v1/cluster.pb.h"

#include "libs/resource/call.h"
#include "libs/rpc/token/token.h"
#include "libs/search/index.h"
#include "libs/store/store.h"

// Entries that may be of the same organisation, by their names, of those that a viewer sees.
namespace clusterwire::catalogue {

// The clusters that have a name like one of `titles`, former ones too, but `but`; in the order of
// their names.
absl::StatusOr<std::vector<v1::SimilarCluster>> FindSimilar(const filter::Viewer& viewer,
                                                            const search::Snapshot& snapshot,
                                                            const std::vector<std::string>& titles,
                                                            std::string_view but);

// Says in the notes of a cluster that was just created which others have a name like it.
absl::Status NoteSimilar(const filter::Viewer& viewer, const search::Snapshot& snapshot,
                         v1::Cluster* created);

absl::StatusOr<v1::FindDuplicatesResponse> FindDuplicates(const resource::ReadCall& call,
                                                          store::Store& store,
                                                          const search::Published& published,
                                                          const rpc::TokenSealer& tokens,
                                                          const v1::FindDuplicatesRequest& request);

}  // namespace clusterwire::catalogue
