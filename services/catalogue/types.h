#pragma once

#include <map>
#include <string>

#include "absl/status/statusor.h"

#include "libs/facts/registry.h"
#include "libs/store/registry.h"
#include "services/catalogue/common/catalogue_type.h"

namespace clusterwire::catalogue {

// What the store and its hook know of the resource types in types.def. INTERNAL when a type has
// timers and no step for them.
absl::StatusOr<store::Registry> CatalogueTypes(facts::Options limits = {});

// What the timers do, by type.
std::map<std::string, TimerStep, std::less<>> TimerSteps();

}  // namespace clusterwire::catalogue
