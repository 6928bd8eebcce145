#include "libs/match/shelf.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "libs/filter/terms/geo.h"

namespace clusterwire::match {
namespace {

// What each further term costs, as a share of changes: memory, and time of those who write.
constexpr double kCostOfTerm = 1e-6;

Instruction At(Words program, uint16_t place) {
  Instruction found{};
  uint16_t index = 0;
  ForEachInstruction(program, [&](const Instruction& instruction) {
    found = instruction;
    return index++ != place;
  });
  return found;
}

}  // namespace

Filed::Filed(const std::vector<uint32_t>& program)
    : words_(std::make_unique_for_overwrite<uint32_t[]>(program.size() + 1)) {
  words_[0] = static_cast<uint32_t>(program.size());
  std::ranges::copy(program, words_.get() + 1);
}

double Shelf::ShareOf(const Instruction& instruction) const {
  if (instruction.kind == Kind::kWithin) {
    return sample_.ShareOf(instruction.words) + filter::kMaxCoveringCells * kCostOfTerm;
  }
  if (instruction.kind != Kind::kOneOf) return std::numeric_limits<double>::infinity();
  double share = 0;
  for (const TermId term : instruction.words) share += dictionary_.ShareOf(term) + kCostOfTerm;
  return share;
}

Shelf::Place Shelf::BestPlace(Words program) const {
  Place best{.share = std::numeric_limits<double>::infinity()};
  uint16_t index = 0;
  ForEachInstruction(program, [&](const Instruction& instruction) {
    const double share = ShareOf(instruction);
    if (share < best.share) best = {.index = index, .share = share};
    ++index;
    return true;
  });
  return best;
}

double Shelf::ShareAt(const Filed& filed) const {
  return ShareOf(At(filed.program(), filed.place));
}

// The rarest of what one posting can say of the other conditions: two terms that are required, or
// one of two.
Shelf::Checks Shelf::ChecksFor(Words program, uint16_t place, bool whole) {
  std::vector<std::pair<double, Words>> single;
  std::vector<std::pair<double, Words>> either;
  size_t others = 0;
  uint16_t index = 0;
  ForEachInstruction(program, [&](const Instruction& instruction) {
    if (index++ == place) return true;
    ++others;
    const Words words = instruction.words;
    if (instruction.kind != Kind::kOneOf || words.size() > 2) return true;
    (words.size() == 1 ? single : either).emplace_back(ShareOf(instruction), words);
    return true;
  });
  std::ranges::sort(single, {}, &std::pair<double, Words>::first);
  const auto rarest = std::ranges::min_element(either, {}, &std::pair<double, Words>::first);
  const double both =
      (single.empty() ? 1 : single[0].first) * (single.size() < 2 ? 1 : single[1].first);
  Checks checks;
  size_t said = 0;
  if (rarest != either.end() && rarest->first < both) {
    checks = {.flags = Posting::kEither,
              .first = dictionary_.GiveCheck(rarest->second[0]),
              .second = dictionary_.GiveCheck(rarest->second[1])};
    said = checks.first != kNoCheck && checks.second != kNoCheck ? 1 : 0;
  } else {
    if (!single.empty()) checks.first = dictionary_.GiveCheck(single[0].second[0]);
    if (single.size() > 1) checks.second = dictionary_.GiveCheck(single[1].second[0]);
    said = (checks.first != kNoCheck ? 1 : 0) + (checks.second != kNoCheck ? 1 : 0);
  }
  if (whole && said == others) checks.flags |= Posting::kDecided;
  return checks;
}

void Shelf::AddUnder(TermId term, Posting posting) {
  if (by_term_.size() <= term) by_term_.resize(dictionary_.end());
  by_term_[term].Insert(posting);
}

void Shelf::Add(Slot slot, const Filed& filed, bool whole) {
  const auto [flags, first, second] = ChecksFor(filed.program(), filed.place, whole);
  if (filed.place == Filed::kNowhere) return always_.Insert(Posting(slot, flags, first, second));
  const Instruction under = At(filed.program(), filed.place);
  if (under.kind == Kind::kOneOf) {
    const uint64_t several = under.words.size() > 1 ? uint64_t{Posting::kSeveral} : 0;
    for (const TermId term : under.words) {
      AddUnder(term, Posting(slot, flags | several, first, second));
    }
    return;
  }
  for (const auto& [cell, inside] : filter::Covering(CircleOf(under.words))) {
    const uint64_t undecided = inside ? 0 : uint64_t{Posting::kDecided};
    AddUnder(dictionary_.Hold(TermField::kCell, Dictionary::Cell(cell)),
             Posting(slot, (flags & ~undecided) | Posting::kSeveral, first, second));
  }
}

void Shelf::GiveBack() {
  by_term_.resize(std::min(by_term_.size(), dictionary_.end()));
  by_term_.shrink_to_fit();
}

void Shelf::Take(Slot slot, const Filed& filed) {
  if (filed.place == Filed::kNowhere) return always_.Erase(slot);
  const Instruction under = At(filed.program(), filed.place);
  if (under.kind == Kind::kOneOf) {
    for (const TermId term : under.words) by_term_[term].Erase(slot);
    return;
  }
  for (const filter::CoveringCell& cell : filter::Covering(CircleOf(under.words))) {
    const TermId term = dictionary_.Find(TermField::kCell, Dictionary::Cell(cell.id));
    by_term_[term].Erase(slot);
    dictionary_.Release(term);
  }
}

}  // namespace clusterwire::match
