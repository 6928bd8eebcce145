#pragma once

#include <string_view>
#include <vector>

namespace clusterwire {

// The segments of a resource name (AIP-122), collection and id in turn: "clusters", "x", "labels",
// "y". Empty unless they are pairs and none is empty. What characters they may have is for the
// caller to say.
std::vector<std::string_view> NameSegments(std::string_view name);

}  // namespace clusterwire
