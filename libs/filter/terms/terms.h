#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "clusterwire/type/v1/facts.pb.h"

#include "libs/base/time/date.h"
#include "libs/filter/terms/geo.h"

// What Facts say, read for those who ask: values, days and words for a predicate, terms for an
// index, columns for a search.
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

// What the Facts have of a field that is named by values: none of kCell, kToken and kEverybody. Of
// kName what they are, are under and are about: the name and each name above it, the clusters, the
// programmes and the parent. Lives as long as the Facts.
std::vector<std::string_view> ValuesOf(TermField field, const Facts& facts);

// Days that can't be read, or aren't given, are absent.
std::optional<DayRange> DaysOf(const type::v1::Period& period);
std::optional<DayRange> DeadlineOf(const Facts& facts);
// Title, names, summary and text, where words are looked for.
std::vector<std::string_view> TextsOf(const Facts& facts);
// Their words, sorted, each once.
std::vector<std::string> TokensOf(const Facts& facts);

// One thing that Facts have and a filter may ask for, as a number: 8 bits of field, 56 bits of hash
// of the value, under a key of this process, so that the number of another value can't be aimed at.
// Indexes know Facts and predicates by their terms alone. Two of a million values share a number
// with a chance of 1 in 100,000; then an index answers as if they were the same value, within one
// field, of what everybody may see anyway. Not for storage nor for another process.
enum class Term : uint64_t {};

Term MakeTerm(TermField field, std::string_view value);
// That everybody may see the Facts.
Term EverybodyTerm();
// A cell of S2 by its id.
Term CellTerm(uint64_t cell);
TermField FieldOf(Term term);

// All terms of these Facts, sorted, each once.
std::vector<Term> TermsOf(const Facts& facts);

// Facts, read once: what a search sorts, ranks, measures and maps by.
struct Columns {
  std::vector<std::string> tokens;        // TokensOf()
  std::vector<std::string> title_tokens;  // of title and names alone; sorted, each once
  std::optional<DayRange> period;
  std::optional<DayRange> deadline;
  std::optional<int64_t> size;
  std::string title_key;        // at most 1,000 bytes to sort by; never the start of another
  std::optional<LatLng> point;  // ExactPoint()
  std::optional<LatLng> place;  // where a map shows it; may be only a region's or country's middle
  // Among neighbours on a map the greatest is named: by labels valid now, then by members.
  uint32_t strength = 0;
};

Columns ColumnsOf(const Facts& facts);

}  // namespace clusterwire::filter
