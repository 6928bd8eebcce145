#include "libs/match/hash.h"

// Linked into a test in place of hash.cc: all values collide, as if somebody had
// found the key of this process.
namespace clusterwire::match {

uint64_t HashOfValue(std::string_view) { return 1; }

}  // namespace clusterwire::match
