#pragma once

#include <cstdint>
#include <string_view>

namespace clusterwire {

// 128 bits that make a hash its owner's alone.
struct SipKey {
  uint64_t low = 0;
  uint64_t high = 0;
};

// SipHash-2-4: 64 bits that tell nothing to those who don't know the key, so that they can't find
// two texts with the same. For tables that strangers fill; quick for short texts. It is no
// signature.
uint64_t SipHash(const SipKey& key, std::string_view text);

}  // namespace clusterwire
