#pragma once

#include "clusterwire/catalogue/v1/cluster.pb.h"

#include "services/catalogue/common/fields/publish.h"

namespace clusterwire::catalogue {

// What makes a cluster's description right.
Rules<v1::Cluster> ClusterRules();

class Clusters : public Drafts<v1::Cluster> {
 public:
  explicit Clusters(store::Store& store) : Drafts(store, ClusterRules()) {}
};

}  // namespace clusterwire::catalogue
