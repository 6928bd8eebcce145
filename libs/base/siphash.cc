#include "libs/base/siphash.h"

#include <bit>
#include <cstddef>

namespace clusterwire {
namespace {

constexpr size_t kWord = 8;  // bytes taken in at a time

// Up to eight bytes as a number, the first one lowest.
uint64_t LittleEndian(std::string_view bytes) {
  uint64_t word = 0;
  for (size_t i = 0; i < bytes.size(); ++i) {
    word |= uint64_t{static_cast<unsigned char>(bytes[i])} << (8 * i);
  }
  return word;
}

class State {
 public:
  explicit State(const SipKey& key)
      : v0_(key.low ^ 0x736f6d6570736575),
        v1_(key.high ^ 0x646f72616e646f6d),
        v2_(key.low ^ 0x6c7967656e657261),
        v3_(key.high ^ 0x7465646279746573) {}

  void Take(uint64_t word) {
    v3_ ^= word;
    Mix(2);
    v0_ ^= word;
  }

  uint64_t Finish() {
    v2_ ^= 0xff;
    Mix(4);
    return v0_ ^ v1_ ^ v2_ ^ v3_;
  }

 private:
  void Mix(int rounds) {
    for (int i = 0; i < rounds; ++i) {
      v0_ += v1_;
      v2_ += v3_;
      v1_ = std::rotl(v1_, 13) ^ v0_;
      v3_ = std::rotl(v3_, 16) ^ v2_;
      v0_ = std::rotl(v0_, 32);
      v2_ += v1_;
      v0_ += v3_;
      v1_ = std::rotl(v1_, 17) ^ v2_;
      v3_ = std::rotl(v3_, 21) ^ v0_;
      v2_ = std::rotl(v2_, 32);
    }
  }

  uint64_t v0_;
  uint64_t v1_;
  uint64_t v2_;
  uint64_t v3_;
};

}  // namespace

uint64_t SipHash(const SipKey& key, std::string_view text) {
  State state(key);
  const uint64_t length = text.size();
  for (; text.size() >= kWord; text.remove_prefix(kWord)) {
    state.Take(LittleEndian(text.substr(0, kWord)));
  }
  state.Take(LittleEndian(text) | length << 56);
  return state.Finish();
}

}  // namespace clusterwire
