#include "libs/match/frequency.h"

namespace clusterwire::match {
namespace {

using filter::Term;
using filter::TermField;

constexpr size_t kMaxTerms = 1'000'000;
// What is learned from as many Facts weighs as much as the guess.
constexpr double kGuessWeight = 100;

// Among some thousand clusters and what belongs to them. Only their order matters much.
double GuessOf(TermField field) {
  switch (field) {
    case TermField::kEverybody:
      return 1;
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
  }
  return 1;
}

}  // namespace

void TermFrequency::Learn(const std::vector<Term>& terms) {
  ++learned_;
  for (const Term term : terms) {
    const auto known = counts_.find(term);
    if (known != counts_.end()) {
      ++known->second;
    } else if (counts_.size() < kMaxTerms) {
      counts_.emplace(term, 1);
    }
  }
}

double TermFrequency::ShareOf(Term term) const {
  const auto known = counts_.find(term);
  const double seen = known == counts_.end() ? 0 : known->second;
  return (seen + kGuessWeight * GuessOf(FieldOf(term))) / (learned_ + kGuessWeight);
}

double TermFrequency::CostOf(const std::vector<Term>& group) const {
  double cost = 0;
  for (const Term term : group) cost += ShareOf(term);
  return cost;
}

}  // namespace clusterwire::match
