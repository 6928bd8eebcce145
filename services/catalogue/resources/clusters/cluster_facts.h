#pragma once

#include "libs/store/registry.h"

namespace clusterwire::catalogue {

// What everything that is about a cluster borrows from it: codes, point, programmes, levels, and
// the cluster's name in its title.
void LendFromCluster(const store::Facts& cluster, store::Facts* linked);

}  // namespace clusterwire::catalogue
