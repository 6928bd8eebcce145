#pragma once

#include <string>

#include "libs/base/random.h"

namespace clusterwire {

// A date of any precision within `years` years, the first of them `first_year`, or none: as the
// records have them.
std::string SomeDate(Random& random, int first_year, int years);

}  // namespace clusterwire
