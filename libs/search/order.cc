#include "libs/search/order.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "libs/base/time/date.h"
#include "libs/filter/terms/geo.h"

namespace clusterwire::search {
namespace {

constexpr char kHasValue = 0;
constexpr char kHasNone = 1;  // sorts last, whichever way the order goes

std::string BigEndian(uint32_t value) {
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(value >> shift);
  return bytes;
}

// What the order asks for, as bytes that sort upwards; none where the resource lacks it.
std::optional<std::string> ValueOf(const SearchOptions& options, const filter::Words& words,
                                   const filter::Columns& columns) {
  switch (options.order) {
    case Order::kRelevance:
      return BigEndian(std::numeric_limits<uint32_t>::max() - RelevanceOf(words, columns));
    case Order::kDistance: {
      if (!columns.point) return std::nullopt;
      const double meters = filter::DistanceMeters(*options.origin, *columns.point);
      return BigEndian(static_cast<uint32_t>(std::lround(meters)));
    }
    case Order::kTime:
      if (!columns.period) return std::nullopt;
      return BigEndian(static_cast<uint32_t>(columns.period->first - FirstDay()));
    case Order::kTitle:
      break;
  }
  return columns.title_key;
}

}  // namespace

uint32_t RelevanceOf(const filter::Words& words, const filter::Columns& columns) {
  uint32_t points = 0;
  for (const std::string& word : words.whole) {
    if (filter::HasWord(columns.title_tokens, word)) {
      points += 8;
    } else if (filter::HasWord(columns.tokens, word)) {
      points += 2;
    }
  }
  for (const std::string& prefix : words.prefixes) {
    if (filter::HasPrefix(columns.title_tokens, prefix)) {
      points += 4;
    } else if (filter::HasPrefix(columns.tokens, prefix)) {
      points += 1;
    }
  }
  const auto title_words =
      static_cast<uint32_t>(std::min<size_t>(columns.title_tokens.size(), 255));
  return points == 0 ? 0 : points * 256 - title_words;
}

std::string SortKeys::KeyOf(const filter::Columns& columns) const {
  std::optional<std::string> value = ValueOf(options_, words_, columns);
  std::string key(1, value ? kHasValue : kHasNone);
  if (value) {
    if (options_.descending) {
      for (char& byte : *value) byte = static_cast<char>(~byte);
    }
    key += *value;
  }
  // Among equals by title, however the order goes.
  return options_.order == Order::kTitle ? key : key + columns.title_key;
}

}  // namespace clusterwire::search
