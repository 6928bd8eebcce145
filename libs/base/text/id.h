#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace clusterwire {

inline constexpr size_t kMaxIdBytes = 60;

// The last part of a resource's name, and each other id in it: 1 to 60 lower case letters, digits
// and '-', not at either end.
inline bool IsNameId(std::string_view id) {
  if (id.empty() || id.size() > kMaxIdBytes || id.front() == '-' || id.back() == '-') return false;
  return std::ranges::all_of(
      id, [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; });
}

}  // namespace clusterwire
