#pragma once

#include <algorithm>
#include <string>
#include <string_view>

#include "libs/base/text/strings.h"

namespace clusterwire::catalogue {

// How much a page says. One that came out larger than a page may be is made again, and says less
// each time: what editors and readers write is never so long that a phone waits for it.
class Brevity {
 public:
  static constexpr int kMost = 4;

  Brevity() = default;
  explicit Brevity(int times) : times_(times) {}

  // So many items of a list that may have `most`.
  size_t Items(size_t most) const { return std::max<size_t>(most >> times_, 1); }

  // A text, whole or its beginning.
  std::string Text(std::string_view text) const {
    constexpr size_t kLong = 240;
    const size_t most = times_ == 0 ? text.size() : kLong >> times_;
    if (text.size() <= most) return std::string(text);
    return std::string(CutUtf8(text, most)) + "…";
  }

  // An address, or none where it is so long that the page can't hold many of them.
  std::string_view Address(std::string_view address) const {
    constexpr size_t kLong = 400;
    return times_ == 0 || address.size() <= kLong >> times_ ? address : std::string_view();
  }

  // What repeats something that stands beside it.
  bool Repeats() const { return times_ == 0; }

 private:
  int times_ = 0;
};

}  // namespace clusterwire::catalogue
