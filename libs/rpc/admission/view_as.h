#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"

#include "libs/rpc/call/call_context.h"

namespace clusterwire::rpc {

inline constexpr std::string_view kViewAsKey = "clusterwire-view-as";
inline constexpr size_t kMaxViewAs = 20;

// An operator gives up rights to see what others see. `names` are the values of the metadata key
// clusterwire-view-as: "public", or up to kMaxViewAs resource names, whose owner the caller then
// is; none changes nothing. The subject stays, for the record. Anything else is INVALID_ARGUMENT;
// resource names from a caller who is no operator are PERMISSION_DENIED.
absl::Status ViewAs(const std::vector<std::string>& names, Caller* caller);

}  // namespace clusterwire::rpc
