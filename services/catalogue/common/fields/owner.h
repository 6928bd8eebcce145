#pragma once

#include <string>
#include <string_view>

#include "libs/base/status/error.h"
#include "services/catalogue/common/resource.h"

namespace clusterwire::catalogue {

// The field `owner` at `path`: a cluster or a programme that is there for the viewer, or empty, and
// for ever what it was at creation. `before` is null then.
void CheckOwner(std::string_view path, const std::string* before, const std::string& owner,
                const Context& context, FieldErrors& errors);

}  // namespace clusterwire::catalogue
