#include "libs/base/random.h"

#include <cstdlib>

#include <sys/random.h>

namespace clusterwire {
namespace {

class SystemRandom final : public Random {
 public:
  uint64_t Next() override {
    uint64_t value = 0;
    // Up to 256 bytes come whole or not at all, and after boot the call can't fail.
    if (getrandom(&value, sizeof value, 0) != sizeof value) std::abort();
    return value;
  }
};

constexpr char kAlphabet[] = "0123456789abcdefghjkmnpqrstvwxyz";

}  // namespace

Random& Random::System() {
  static SystemRandom* const kRandom = new SystemRandom;
  return *kRandom;
}

std::string RandomId(Random& random) {
  std::string id;
  for (int word = 0; word < 2; ++word) {
    uint64_t bits = random.Next();
    for (int i = 0; i < 13; ++i, bits >>= 5) id.push_back(kAlphabet[bits & 31]);
  }
  return id;
}

std::string RandomBytes(Random& random, size_t bytes) {
  std::string out;
  while (out.size() < bytes) {
    uint64_t value = random.Next();
    for (int i = 0; i < 8 && out.size() < bytes; ++i, value >>= 8) {
      out.push_back(static_cast<char>(value & 0xff));
    }
  }
  return out;
}

}  // namespace clusterwire
