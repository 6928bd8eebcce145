#pragma once

#include "libs/facts/facts.h"

namespace clusterwire::catalogue {

// What everything that is about a cluster inherits from it: codes, point, programmes, levels, and
// the cluster's name in its title.
void InheritFromCluster(const facts::Facts& cluster, facts::Facts* linked);

}  // namespace clusterwire::catalogue
