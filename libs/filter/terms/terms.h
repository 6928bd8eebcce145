#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "clusterwire/type/v1/facts.pb.h"

namespace clusterwire::filter {

using type::v1::Facts;

// What a term is about. Kept in the term, so that values of different fields never collide.
enum class TermField : uint8_t {
  kAudience = 1,
  kCell,
  kCode,
  kEverybody,
  kExternalId,
  kKind,
  kLabelHeld,
  kLabelLevel,
  kLanguage,
  kName,
  kProgramme,
  kState,
  kToken,
  kType,
};

// One thing that Facts have and a filter may ask for, as a number: 8 bits of field, 56 bits of hash
// of the value. Indexes know Facts and predicates by their terms alone. Two of a million values
// share a number with a chance of 1 in 100,000; then an index answers as if they were the same
// value, within one field. Not for storage: the numbers may change with a release.
enum class Term : uint64_t {};

Term MakeTerm(TermField field, std::string_view value);
// That everybody may see the Facts.
Term EverybodyTerm();
// A cell of S2 by its id.
Term CellTerm(uint64_t cell);
TermField FieldOf(Term term);

// All terms of these Facts, sorted, each once.
std::vector<Term> TermsOf(const Facts& facts);

}  // namespace clusterwire::filter
