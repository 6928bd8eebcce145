#pragma once

#include "clusterwire/catalogue/v1/cluster.pb.h"

#include "services/catalogue/common/fields/publish.h"

namespace clusterwire::catalogue {

// What makes a cluster's description right. The office of a platform that it applies to may publish
// it, and no more.
Rules<v1::Cluster> ClusterRules();

class Clusters : public Resources<v1::Cluster> {
 public:
  explicit Clusters(store::Store& store) : Resources(store, ClusterRules()) {}

  // Draft or archived → published; what is published already stays as it is. PERMISSION_DENIED,
  // reason NOT_YOURS, to the cluster's own team: a platform to which it applies says whether it is
  // listed.
  absl::StatusOr<v1::Cluster> Publish(const WriteCall& call, const std::string& name,
                                      const std::string& etag);
  // Published → archived; Publish brings it back.
  absl::StatusOr<v1::Cluster> Archive(const WriteCall& call, const std::string& name,
                                      const std::string& etag);
  // The organisation is no more. Operators alone.
  absl::StatusOr<v1::Cluster> End(const WriteCall& call, const v1::EndClusterRequest& request);
  // Makes one of two entries of the same organisation, quietly. Operators alone.
  absl::StatusOr<v1::Cluster> Merge(const WriteCall& call, const v1::MergeClustersRequest& request);
};

}  // namespace clusterwire::catalogue
