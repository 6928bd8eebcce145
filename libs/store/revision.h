#pragma once

#include <compare>
#include <cstdint>
#include <limits>

namespace clusterwire::store {

// The number of a committed write: 1, 2, 3, … without gaps, in commit order. Zero is the empty
// store. Never mixed up with other integers.
struct Revision {
  int64_t value = 0;
  friend auto operator<=>(const Revision&, const Revision&) = default;
};

// A place in the change log. The changes of one revision are numbered from 1; ordinal 0 is the
// place before its first.
struct Position {
  Revision revision;
  int64_t ordinal = 0;
  friend auto operator<=>(const Position&, const Position&) = default;
};

// The place behind the last change of `revision`.
inline Position EndOf(Revision revision) { return {revision, std::numeric_limits<int64_t>::max()}; }

}  // namespace clusterwire::store
