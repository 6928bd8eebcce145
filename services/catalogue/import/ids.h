#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace clusterwire::catalogue::registers {

// The ids that a record may have, the one that it should have first: a slug of `text`; where that
// is another record's, with the country; then numbered. Each is an id (at most 60 characters) and a
// pure function of the record, so that it is found again under the same one. None when `text` has
// no letter or digit.
std::vector<std::string> IdsFor(std::string_view text, std::string_view country = "");

// So many records may share a slug and a country; a further one is refused.
inline constexpr int kMaxNumbered = 20;

}  // namespace clusterwire::catalogue::registers
