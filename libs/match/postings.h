#pragma once

#include <cstdint>
#include <vector>

#include "libs/match/dictionary.h"

namespace clusterwire::match {

// Predicates live in numbered slots.
using Slot = uint32_t;

// One predicate under one term, in one word: its slot, and what else it requires, as far as two
// checks can say it.
class Posting {
 public:
  enum Flag : uint64_t {
    kEither = uint64_t{1} << 28,   // one of the checks is enough; otherwise both are needed
    kSeveral = uint64_t{1} << 29,  // it is filed under other terms too, one of which is enough
    kDecided = uint64_t{1} << 30,  // nothing else is asked
  };

  Posting() = default;
  Posting(Slot slot, uint64_t flags, Check first, Check second)
      : bits_(uint64_t{slot} << 32 | flags | uint64_t{first} << 14 | second) {}

  Slot slot() const { return static_cast<Slot>(bits_ >> 32); }
  bool Is(Flag flag) const { return (bits_ & flag) != 0; }
  Check first() const { return static_cast<Check>(bits_ >> 14 & (kChecks - 1)); }
  Check second() const { return static_cast<Check>(bits_ & (kChecks - 1)); }

 private:
  uint64_t bits_ = 0;
};

// The postings of one term in the order of slots, in pieces, so that neither one more nor one less
// costs more with a million of them.
class Postings {
 public:
  using Piece = std::vector<Posting>;

  void Insert(Posting posting);
  void Erase(Slot slot);
  const std::vector<Piece>& pieces() const { return pieces_; }

 private:
  static constexpr size_t kMost = 512;  // in a piece

  // The piece where the slot's place is. There is one.
  std::vector<Piece>::iterator PieceOf(Slot slot);

  std::vector<Piece> pieces_;  // none is empty
};

}  // namespace clusterwire::match
