#pragma once

#include <string>
#include <vector>

#include "clusterwire/type/v1/facts.pb.h"

namespace clusterwire::notification {

inline constexpr size_t kMaxDifferences = 12;  // told in one notice

// What changed from one image to the next, a line each, for people: "State: valid → lapsed",
// "Label levels: + ecei:silver". At most kMaxDifferences; what is only for searching isn't told.
std::vector<std::string> DifferencesOf(const type::v1::Facts& before, const type::v1::Facts& after);

}  // namespace clusterwire::notification
