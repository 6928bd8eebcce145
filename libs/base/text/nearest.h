#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace clusterwire {

// The candidate with the fewest edits from `name`: what a mistyped word was probably meant to be.
// Empty when none is near enough to be meant.
std::string Nearest(std::string_view name, const std::vector<std::string>& candidates);

// "; did you mean 'label'?", or "; there are: cluster, label" when none is near, or "" when there
// are no candidates: what an error about an unknown word ends with.
std::string MeantText(std::string_view name, const std::vector<std::string>& candidates);

}  // namespace clusterwire
