#include "libs/match/hash.h"

#include "libs/base/random.h"
#include "libs/base/siphash.h"

// Nothing else stands in this file: a test that links a weak HashOfValue() of its own
// (testing/weak_hash.cc) doesn't get this one.
namespace clusterwire::match {

uint64_t HashOfValue(std::string_view value) {
  static const SipKey key{Random::System().Next(), Random::System().Next()};
  return SipHash(key, value);
}

}  // namespace clusterwire::match
