#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

// Inside the library: sets of documents with a bit for each.
namespace clusterwire::search {

inline constexpr uint32_t kBitsPerWord = 64;
inline size_t WordsFor(uint32_t documents) { return (documents + kBitsPerWord - 1) / kBitsPerWord; }
inline bool HasBit(const uint64_t* bits, uint32_t at) {
  return (bits[at / kBitsPerWord] >> (at % kBitsPerWord) & 1) != 0;
}
inline void SetBit(uint64_t* bits, uint32_t at) {
  bits[at / kBitsPerWord] |= uint64_t{1} << (at % kBitsPerWord);
}

// How many bits are set; and how many are set in both of one size.
uint32_t CountBits(std::span<const uint64_t> bits);
uint32_t CountBoth(std::span<const uint64_t> bits, const uint64_t* others);

}  // namespace clusterwire::search
