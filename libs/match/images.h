#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/civil_time.h"

#include "libs/filter/terms/terms.h"
#include "libs/match/dictionary.h"

namespace clusterwire::match {

using filter::Facts;

// For which images of a change something holds: a bit for the one before, one for the one after.
using Mask = uint8_t;
inline constexpr Mask kBefore = 1;
inline constexpr Mask kAfter = 2;

inline int32_t DayNumber(absl::CivilDay day) {
  return static_cast<int32_t>(day - absl::CivilDay(1970, 1, 1));
}

// What of Facts is no term.
struct Numbers {
  std::optional<filter::LatLng> point;
  std::array<float, 3> on_sphere = {};  // of the point
  struct Days {
    int32_t first, last;
  };
  std::optional<Days> period;
  std::optional<Days> deadline;
  std::optional<int64_t> size;
};

// Both images of a change, read together: they differ in little. Keeps the Facts by reference. On
// one thread one at a time.
class Images {
 public:
  // Null: there is none.
  Images(const Facts* before, const Facts* after);
  ~Images();
  Images(const Images&) = delete;
  Images& operator=(const Images&) = delete;

  // Looks up the terms: those that anybody asks for.
  void Find(const Dictionary& dictionary);
  const std::vector<TermId>& terms() const { return terms_; }
  Mask Having(TermId term) const { return having_[term]; }
  Mask Passing(Check check) const { return passing_[check]; }

  Mask present() const { return present_; }
  Mask hidden() const { return hidden_; }  // carry an audience
  const Facts& facts(Mask one) const { return one == kBefore ? *before_ : *after_; }
  const Numbers& numbers(Mask one) const { return numbers_[one - 1]; }

 private:
  struct Value {
    TermField field;
    std::string_view value;
    Mask images;
  };

  void ReadValues();
  void ReadTokens();
  void ReadNumbers(Mask one);
  void Add(TermField field, std::string_view value, Mask images) {
    values_.push_back({field, value, images});
  }

  const Facts* const before_;
  const Facts* const after_;
  Mask present_ = 0;
  Mask hidden_ = 0;
  std::array<Numbers, 2> numbers_;
  std::array<std::vector<std::string>, 2> tokens_;
  std::array<std::vector<uint64_t>, 2> cells_;
  std::vector<Value> values_;
  std::vector<TermId> terms_;
  std::vector<Mask>& having_;           // the thread's, by term; all zero outside
  std::array<Mask, kChecks>& passing_;  // by check; all zero outside but for kNoCheck
};

}  // namespace clusterwire::match
