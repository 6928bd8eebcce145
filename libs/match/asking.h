#pragma once

#include <cstdint>
#include <vector>

#include "absl/container/flat_hash_map.h"

#include "libs/filter/predicate.h"
#include "libs/match/images.h"
#include "libs/match/matcher.h"
#include "libs/match/shelf.h"

namespace clusterwire::match {

// What is in a slot; nothing when it isn't filed.
struct Place {
  int64_t id = 0;
  Filed filed;
  bool inside = false;     // its viewer sees more than the public
  bool asks_more = false;  // than its program
  bool wide = false;
};

// Of insiders, and of those that ask more than their programs.
using PackedPredicates = absl::flat_hash_map<Slot, filter::PackedPredicate>;

// One change, asked of what is on a shelf. On one thread one at a time.
class Asking {
 public:
  // All by reference, and unchanged as long as it lives.
  Asking(const Images& images, const std::vector<Place>& places, const PackedPredicates& packed,
         std::vector<Match>& found);
  ~Asking();
  Asking(const Asking&) = delete;
  Asking& operator=(const Asking&) = delete;

  // Adds the predicates on the shelf that match one of the images `among`.
  void Of(const Shelf& shelf, Mask among);

 private:
  void Look(const Postings& postings, Mask having, Mask among);
  bool SeenBefore(Slot slot);
  void Run(Mask among);
  Mask AskItself(Slot slot, Mask met) const;
  void Find(Slot slot, Mask met);

  const Images& images_;
  const std::vector<Place>& places_;
  const PackedPredicates& packed_;
  std::vector<Match>& found_;
  // The thread's, empty outside: those whose programs are to be run; and those filed under several
  // terms that were met already, with a bit for each slot.
  std::vector<Slot>& undecided_;
  std::vector<Slot>& met_;
  std::vector<uint64_t>& seen_;
};

}  // namespace clusterwire::match
