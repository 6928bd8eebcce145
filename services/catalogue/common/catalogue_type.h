#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"

#include "libs/facts/registry.h"
#include "libs/store/reader.h"
#include "services/catalogue/common/codes/code_book.h"

namespace clusterwire::catalogue {

// What happens to a resource when one of its timers falls due: it is set to the state that it has
// at `due`. Runs inside the write that also withdraws the timer.
using TimerStep = absl::Status (*)(store::Writer& writer, const std::string& name, absl::Time due);

// A type of resource as its room describes it, in NOUNType().
struct CatalogueType {
  facts::Type type;
  TimerStep step = nullptr;  // required where the projection names timers
  // The names and codes that a resource uses: what they stand for stays while it is there.
  std::vector<std::string> (*uses)(const store::Message& resource) = nullptr;
};

}  // namespace clusterwire::catalogue
