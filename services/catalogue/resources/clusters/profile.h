#pragma once

#include "clusterwire/catalogue/v1/cluster.pb.h"

#include "services/catalogue/common/resource.h"

// What a published profile shows besides who the cluster is.
namespace clusterwire::catalogue {

// Names what is wrong with it.
void CheckProfile(const v1::Cluster& cluster, const Context& context, FieldErrors& errors);

// How much of a full profile it has, in per cent, and the paths of what it lacks. Pure.
struct Completeness {
  int percent = 0;
  std::vector<std::string> missing;
};
Completeness CompletenessOf(const v1::Cluster& cluster);

// Puts both into the fields that readers get.
void ShowCompleteness(v1::Cluster* cluster);

}  // namespace clusterwire::catalogue
