#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "clusterwire/type/v1/facts.pb.h"

#include "libs/base/time/date.h"
#include "libs/filter/terms/geo.h"

// What Facts say, read for those who ask: values, days and words for a predicate and for indexes,
// columns for a search.
namespace clusterwire::filter {

using type::v1::Facts;

// What a value is of, so that values of different fields never meet.
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
