#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace clusterwire::text {

// The folded words of a text, in its order, repeats included: runs of letters and digits, so that
// "Cluster-Dialog.NRW" is three words and "l'industrie" two. Where a script writes without spaces
// (Chinese, Japanese, Thai) ICU's dictionaries find the words. Words longer than kMaxTokenBytes are
// cut.
std::vector<std::string> Tokens(std::string_view text);

inline constexpr size_t kMaxTokenBytes = 64;

// The words of several texts, sorted and each once: what an index holds.
std::vector<std::string> TokenSet(const std::vector<std::string_view>& texts);

}  // namespace clusterwire::text
