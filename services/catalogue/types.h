#pragma once

#include "absl/status/statusor.h"

#include "libs/store/registry.h"

namespace clusterwire::catalogue {

// The one list of resource types: what the store knows of them.
absl::StatusOr<store::Registry> CatalogueTypes();

}  // namespace clusterwire::catalogue
