#pragma once

#include <cstdint>
#include <string_view>

namespace clusterwire::match {

// The hash of a value for a table that strangers fill, under a key that this process made for
// itself when it began and never tells: with a known one, a second value with the hash of a given
// one is found in a minute.
uint64_t HashOfValue(std::string_view value);

}  // namespace clusterwire::match
