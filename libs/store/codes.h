#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace clusterwire::store {

// The code lists and label schemes as they stood at one revision: what a projection may ask
// besides its resource. Immutable; shared between threads.
class Codes {
 public:
  virtual ~Codes() = default;

  // `code` ("nuts:DED2") and every code above it. A code on no list is its own only ancestor.
  virtual std::vector<std::string> WithAncestors(std::string_view code) const = 0;
  // `level` ("ecei:silver") and the lower levels of its scheme. An unknown one stands alone.
  virtual std::vector<std::string> LevelsUpTo(std::string_view level) const = 0;
};

}  // namespace clusterwire::store
