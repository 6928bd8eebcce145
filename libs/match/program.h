#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "clusterwire/type/v1/places.pb.h"

#include "libs/filter/predicate.h"
#include "libs/match/dictionary.h"
#include "libs/match/images.h"

// What a predicate asks, in a few words of memory: one instruction after another, all of which have
// to hold. An instruction is a word with its kind and the number of words that follow it.
namespace clusterwire::match {

using Words = std::span<const uint32_t>;

enum class Kind : uint8_t { kOneOf, kWithin, kPeriod, kDeadline, kSize, kNoneOf };

struct Instruction {
  Kind kind;
  Words words;  // of kOneOf the terms
};

// Calls `visit` for each instruction, until it says false.
template <typename Visit>
void ForEachInstruction(Words program, Visit visit) {
  while (!program.empty()) {
    const size_t size = program[0] >> 8;
    if (!visit(Instruction{static_cast<Kind>(program[0] & 0xFF), program.subspan(1, size)})) return;
    program = program.subspan(1 + size);
  }
}

// Holds the terms. Leaves out what only the predicate itself can say: see AsksMore().
std::vector<uint32_t> Assemble(const filter::Conditions& conditions, Dictionary& dictionary);
void ReleaseTerms(Words program, Dictionary& dictionary);

// For which of the images `among` all of it holds.
Mask Meets(Words program, const Images& images, Mask among);

// Whether there is more to ask than is in the program: beginnings of words.
bool AsksMore(const filter::Conditions& conditions);

// Of kWithin.
type::v1::Circle CircleOf(Words words);
bool IsInside(Words within, const Numbers& numbers);

}  // namespace clusterwire::match
