#pragma once

#include <map>
#include <optional>
#include <string>

#include "libs/facts/facts.h"
#include "libs/store/reader.h"
#include "libs/store/registry.h"

namespace clusterwire::facts::testing {

// The Facts of everything in the store by the rules alone: everything is read and projected anew,
// without order, memory or shortcut. What the stored Facts must equal. `registry` is one of
// facts::MakeRegistry.
std::map<std::string, std::optional<Facts>> FreshFacts(const store::Reader& reader,
                                                       const store::Registry& registry);

}  // namespace clusterwire::facts::testing
