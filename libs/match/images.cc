#include "libs/match/images.h"

#include <algorithm>

namespace clusterwire::match {
namespace {

thread_local std::vector<Mask> all_having;
thread_local std::array<Mask, kChecks> all_passing = {kBefore | kAfter};

constexpr TermField kFieldsOfValues[] = {
    TermField::kCode,       TermField::kExternalId, TermField::kKind, TermField::kLabelHeld,
    TermField::kLabelLevel, TermField::kLanguage,   TermField::kName, TermField::kProgramme,
    TermField::kState,      TermField::kType};

std::optional<Numbers::Days> DaysIn(const std::optional<DayRange>& days) {
  if (!days) return std::nullopt;
  return Numbers::Days{DayNumber(days->first), DayNumber(days->last)};
}

}  // namespace

Images::Images(const Facts* before, const Facts* after)
    : before_(before), after_(after), having_(all_having), passing_(all_passing) {
  for (const Mask one : {kBefore, kAfter}) {
    if ((one == kBefore ? before : after) == nullptr) continue;
    present_ |= one;
    if (facts(one).has_audience()) hidden_ |= one;
    ReadNumbers(one);
  }
  ReadValues();
  ReadTokens();
}

Images::~Images() {
  for (const TermId term : terms_) having_[term] = 0;
  passing_.fill(0);
  passing_[kNoCheck] = kBefore | kAfter;
}

void Images::ReadValues() {
  std::array<std::vector<std::string_view>, 2> values;
  for (const TermField field : kFieldsOfValues) {
    for (const Mask one : {kBefore, kAfter}) {
      values[one - 1].clear();
      if ((present_ & one) != 0) values[one - 1] = filter::ValuesOf(field, facts(one));
    }
    const bool same = values[0] == values[1];
    for (const std::string_view value : values[0]) Add(field, value, same ? present_ : kBefore);
    if (same) continue;
    for (const std::string_view value : values[1]) Add(field, value, kAfter);
  }
}

void Images::ReadTokens() {
  const bool same =
      present_ == (kBefore | kAfter) && filter::TextsOf(*before_) == filter::TextsOf(*after_);
  for (const Mask one : {kBefore, kAfter}) {
    if ((present_ & one) == 0 || (same && one == kAfter)) continue;
    tokens_[one - 1] = filter::TokensOf(facts(one));
    for (const std::string& token : tokens_[one - 1]) {
      Add(TermField::kToken, token, same ? present_ : one);
    }
  }
}

void Images::ReadNumbers(Mask one) {
  Numbers& numbers = numbers_[one - 1];
  numbers.point = filter::ExactPoint(facts(one).point());
  numbers.period = DaysIn(filter::DaysOf(facts(one).period()));
  numbers.deadline = DaysIn(filter::DeadlineOf(facts(one)));
  if (facts(one).has_size()) numbers.size = facts(one).size();
  if (!numbers.point) return;
  std::ranges::transform(filter::OnSphere(*numbers.point), numbers.on_sphere.begin(),
                         [](double at) { return static_cast<float>(at); });
  std::vector<uint64_t>& cells = cells_[one - 1];
  cells = filter::CellsAround(*numbers.point);
  for (const uint64_t& cell : cells) Add(TermField::kCell, Dictionary::Cell(cell), one);
}

void Images::Find(const Dictionary& dictionary) {
  having_.resize(dictionary.end());
  if (having_.capacity() > 2 * having_.size()) having_.shrink_to_fit();
  terms_.reserve(values_.size());
  for (const Value& value : values_) {
    const TermId term = dictionary.Find(value.field, value.value);
    if (term == kNoTerm) continue;
    if (having_[term] == 0) terms_.push_back(term);
    having_[term] |= value.images;
    if (const Check check = dictionary.CheckOf(term); check != kNoCheck) {
      passing_[check] |= value.images;
    }
  }
}

}  // namespace clusterwire::match
