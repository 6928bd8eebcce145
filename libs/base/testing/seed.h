#pragma once

#include <cstdint>

namespace clusterwire {

// The seed of a randomised test: CLUSTERWIRE_SEED from the environment, else from the clock.
// Printed once, so that a failure can be run again.
uint64_t TestSeed();

}  // namespace clusterwire
