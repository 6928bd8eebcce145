#include "libs/match/dictionary.h"

#include <algorithm>

namespace clusterwire::match {
namespace {

// What is learned from as many Facts weighs as much as the guess.
constexpr double kGuessWeight = 100;

// Among some thousand clusters and what belongs to them. Only their order matters much.
double GuessOf(TermField field) {
  switch (field) {
    case TermField::kType:
      return 0.3;
    case TermField::kState:
    case TermField::kLanguage:
      return 0.2;
    case TermField::kLabelLevel:
    case TermField::kLabelHeld:
      return 0.1;
    case TermField::kCode:
    case TermField::kKind:
    case TermField::kProgramme:
      return 0.05;
    case TermField::kAudience:
    case TermField::kCell:
    case TermField::kToken:
      return 0.01;
    case TermField::kName:
      return 0.001;
    case TermField::kExternalId:
      return 0.0001;
    case TermField::kEverybody:
      break;
  }
  return 1;
}

}  // namespace

TermId Dictionary::Hold(TermField field, std::string_view value) {
  if (const TermId known = Find(field, value); known != kNoTerm) {
    ++terms_[known].users;
    return known;
  }
  if (free_.empty()) {
    free_.push_back(static_cast<TermId>(terms_.size()));
    terms_.emplace_back();
  }
  const TermId term = free_.back();
  free_.pop_back();
  terms_[term] = {.key = std::string(1, static_cast<char>(field)), .users = 1};
  terms_[term].key += value;
  ids_.insert(term);
  return term;
}

void Dictionary::Release(TermId term) {
  if (--terms_[term].users > 0) return;
  ids_.erase(term);
  if (terms_[term].check != kNoCheck) free_checks_.push_back(terms_[term].check);
  terms_[term] = {};
  free_.push_back(term);
}

TermId Dictionary::Find(TermField field, std::string_view value) const {
  const auto found = ids_.find(Key{field, value});
  return found == ids_.end() ? kNoTerm : *found;
}

Check Dictionary::GiveCheck(TermId term) {
  Check& check = terms_[term].check;
  if (check != kNoCheck) return check;
  if (!free_checks_.empty()) {
    check = free_checks_.back();
    free_checks_.pop_back();
  } else if (checks_ < kChecks) {
    check = static_cast<Check>(checks_++);
  }
  return check;
}

double Dictionary::ShareOf(TermId term) const {
  const Term& known = terms_[term];
  const double had = std::atomic_ref(known.seen).load(std::memory_order_relaxed);
  const double guess = GuessOf(static_cast<TermField>(known.key[0]));
  return std::min(1.0, (had + kGuessWeight * guess) / (seen() + kGuessWeight));
}

void Dictionary::GiveBack() {
  while (!terms_.empty() && terms_.back().users == 0) terms_.pop_back();
  std::erase_if(free_, [this](TermId term) { return term >= terms_.size(); });
  terms_.shrink_to_fit();
  free_.shrink_to_fit();
  ids_.rehash(0);
}

bool Dictionary::HalveSome(size_t from, size_t to) {
  for (size_t term = from; term < std::min(to, terms_.size()); ++term) terms_[term].seen /= 2;
  return to < terms_.size();
}

}  // namespace clusterwire::match
