#pragma once

#include <cstddef>
#include <string>
#include <string_view>

// Inside the letters: texts that people wrote.
namespace clusterwire::notification {

// Bytes of one that are shown. What is whole stands behind the link.
inline constexpr size_t kMaxTitle = 300;
inline constexpr size_t kMaxLine = 1'200;

// One line, shown as such with any content; a longer one is cut.
std::string Shown(std::string_view text, size_t bytes = kMaxLine);

}  // namespace clusterwire::notification
