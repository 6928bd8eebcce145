#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace clusterwire::text {

// An id for a resource name made from a title: lower case ASCII letters, digits and single '-',
// neither first nor last, at most `max` characters, cut between words where there is room. Other
// scripts are transliterated: "Ελλάδα" is "ellada". Empty when nothing of the text is left.
std::string Slug(std::string_view text, size_t max = 60);

}  // namespace clusterwire::text
