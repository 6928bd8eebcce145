#pragma once

#include <string>

#include "clusterwire/catalogue/v1/cluster.pb.h"

#include "services/catalogue/import/take.h"

namespace clusterwire::catalogue::registers {

// How the registers find a cluster: by its name and country.
Aim<v1::Cluster> AimAtCluster(const std::string& name, const std::string& country);

}  // namespace clusterwire::catalogue::registers
