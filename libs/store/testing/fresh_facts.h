#pragma once

#include <map>
#include <optional>
#include <string>

#include "libs/store/reader.h"
#include "libs/store/registry.h"

namespace clusterwire::store::testing {

// The Facts of everything in the store by the rules alone: everything is read and projected anew,
// without order, memory or shortcut. What the stored Facts must equal.
std::map<std::string, std::optional<Facts>> FreshFacts(const Reader& reader,
                                                       const Registry& registry);

}  // namespace clusterwire::store::testing
