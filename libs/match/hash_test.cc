#include "libs/match/hash.h"

#include <gtest/gtest.h>

namespace clusterwire::match {
namespace {

// Two names of which the second was made to have the hash that the first had while it had no key.
TEST(HashTest, NobodyCanAimAtTheHashOfAnotherValue) {
  EXPECT_NE(HashOfValue("programmes/go-cluster"), HashOfValue("programmes/e2rap244m0pc1eaa"));
}

}  // namespace
}  // namespace clusterwire::match
