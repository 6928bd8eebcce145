#pragma once

#include <functional>
#include <map>
#include <string>

#include "absl/status/statusor.h"

#include "libs/facts/registry.h"
#include "libs/store/registry.h"
#include "services/catalogue/common/catalogue_type.h"

namespace clusterwire::catalogue {

// What happens when a timer of a resource falls due; inside the write that also withdraws it.
using FireTimer = std::function<absl::Status(store::Writer& writer, const std::string& name,
                                             const store::Timer& due)>;

// What the store and its hook know of the resource types in types.def. INTERNAL when a type has
// timers and no step for them.
absl::StatusOr<store::Registry> CatalogueTypes(facts::Options limits = {});

// What the timers do, by type: a step of state, or a reminder.
std::map<std::string, FireTimer, std::less<>> TimerSteps();

}  // namespace clusterwire::catalogue
