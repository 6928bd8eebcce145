#pragma once

#include "absl/status/statusor.h"

#include "libs/store/registry.h"
#include "libs/store/store.h"

namespace clusterwire::notification {

// The one list of resource types that this service keeps.
absl::StatusOr<store::Registry> MakeRegistry();

// The store's limits here: a subscriber is deleted with all it has in one write.
store::Options StoreOptions();

}  // namespace clusterwire::notification
