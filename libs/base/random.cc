#include "libs/base/random.h"

#include <array>
#include <cstdlib>
#include <utility>

#include <sys/random.h>

namespace clusterwire {
namespace {

// The system is asked for some at a time: it takes longer to ask than to answer.
class SystemRandom final : public Random {
 public:
  uint64_t Next() override {
    thread_local Some some;
    if (some.used == some.words.size()) {
      // Up to 256 bytes come whole or not at all, and after boot the call can't fail.
      constexpr size_t kBytes = sizeof some.words;
      if (getrandom(some.words.data(), kBytes, 0) != ssize_t{kBytes}) std::abort();
      some.used = 0;
    }
    return std::exchange(some.words.at(some.used++), 0);
  }

 private:
  struct Some {
    std::array<uint64_t, 32> words = {};
    size_t used = 32;
  };
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
