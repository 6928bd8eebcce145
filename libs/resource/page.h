#pragma once

#include <cstddef>
#include <cstdint>

namespace clusterwire::resource {

// Clients take messages of 4 MiB unless they are told otherwise.
inline constexpr size_t kMaxPageBytes = 3 << 20;

// What a page has room for: it ends before it holds too many items or bytes, but never before its
// first item.
class PageRoom {
 public:
  explicit PageRoom(size_t items, size_t bytes = kMaxPageBytes) : items_(items), bytes_(bytes) {}

  // Whether an item of so many bytes goes on the page too; then it counts as put there.
  bool Takes(size_t bytes) {
    if (taken_ == items_ || (taken_ > 0 && held_ + bytes > bytes_)) return false;
    ++taken_;
    held_ += bytes;
    return true;
  }

 private:
  const size_t items_;
  const size_t bytes_;
  size_t taken_ = 0;
  size_t held_ = 0;
};

}  // namespace clusterwire::resource
