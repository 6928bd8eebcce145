#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "libs/match/dictionary.h"
#include "libs/match/images.h"
#include "libs/match/postings.h"
#include "libs/match/program.h"
#include "libs/match/sample.h"

namespace clusterwire::match {

// A predicate on a shelf: its program, and which instruction it is filed under.
class Filed {
 public:
  Filed() = default;
  explicit Filed(const std::vector<uint32_t>& program);

  Words program() const { return {words_.get() + 1, words_[0]}; }
  explicit operator bool() const { return words_ != nullptr; }
  const void* memory() const { return words_.get(); }

  // By its place in the program; none: under nothing, it is always asked.
  static constexpr uint16_t kNowhere = 0xFFFF;
  uint16_t place = kNowhere;

 private:
  std::unique_ptr<uint32_t[]> words_;  // their number, then they
};

// Postings by term, and how a predicate is filed there.
class Shelf {
 public:
  Shelf(Dictionary& dictionary, const Sample& sample) : dictionary_(dictionary), sample_(sample) {}

  // Where it would be best filed, and what share of changes asks it there.
  struct Place {
    uint16_t index = Filed::kNowhere;
    double share = 1;
  };
  Place BestPlace(Words program) const;
  double ShareAt(const Filed& filed) const;

  // Files it under the instruction at its place. `whole`: the program is all that is asked.
  void Add(Slot slot, const Filed& filed, bool whole);
  void Take(Slot slot, const Filed& filed);

  // Memory of terms that the dictionary has no more.
  void GiveBack();

  // The postings that a change is to look at, each with the images that have the term.
  template <typename Visit>
  void ForEach(const Images& images, Visit visit) const {
    visit(always_, static_cast<Mask>(kBefore | kAfter));
    for (const TermId term : images.terms()) {
      if (term < by_term_.size()) visit(by_term_[term], images.Having(term));
    }
  }

 private:
  struct Checks {
    uint64_t flags = 0;
    Check first = kNoCheck;
    Check second = kNoCheck;
  };

  double ShareOf(const Instruction& instruction) const;
  Checks ChecksFor(Words program, uint16_t place, bool whole);
  void AddUnder(TermId term, Posting posting);

  Dictionary& dictionary_;
  const Sample& sample_;
  std::vector<Postings> by_term_;
  Postings always_;
};

}  // namespace clusterwire::match
