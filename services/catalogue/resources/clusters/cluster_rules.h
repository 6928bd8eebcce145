#pragma once

#include "clusterwire/catalogue/v1/cluster.pb.h"

#include "services/catalogue/common/resource.h"

namespace clusterwire::catalogue {

// What makes a cluster's description right.
Rules<v1::Cluster> ClusterRules();

// The moves of a cluster beyond the standard methods.
class Clusters : public Resources<v1::Cluster> {
 public:
  explicit Clusters(store::Store& store) : Resources(store, ClusterRules()) {}

  // Draft → published.
  absl::StatusOr<v1::Cluster> Publish(const WriteCall& call, const std::string& name,
                                      const std::string& etag);
};

}  // namespace clusterwire::catalogue
