#include "libs/match/asking.h"

#include <optional>

#include "libs/filter/viewer.h"

namespace clusterwire::match {
namespace {

using filter::Predicate;

// How far ahead memory is asked for: a program costs less to run than to fetch.
constexpr size_t kAhead = 8;
constexpr size_t kMostKept = size_t{1} << 16;  // room of a thread between two changes

thread_local std::vector<uint64_t> all_seen;
thread_local std::vector<Slot> all_met;
thread_local std::vector<Slot> all_undecided;

template <typename T>
void Empty(std::vector<T>& list) {
  list.clear();
  if (list.capacity() > kMostKept) list.shrink_to_fit();
}

}  // namespace

Asking::Asking(const Images& images, const std::vector<Place>& places,
               const PackedPredicates& packed, std::vector<Match>& found)
    : images_(images),
      places_(places),
      packed_(packed),
      found_(found),
      undecided_(all_undecided),
      met_(all_met),
      seen_(all_seen) {
  seen_.resize(places.size() / 64 + 1);
  if (seen_.capacity() > 2 * seen_.size()) seen_.shrink_to_fit();
}

Asking::~Asking() {
  for (const Slot slot : met_) seen_[slot / 64] = 0;
  Empty(met_);
  Empty(undecided_);
}

void Asking::Of(const Shelf& shelf, Mask among) {
  if (among == 0) return;
  shelf.ForEach(images_, [&](const Postings& postings, Mask having) {
    Look(postings, static_cast<Mask>(having & among), among);
  });
  Run(among);
}

// The one loop that a change goes round thousands of times.
void Asking::Look(const Postings& postings, Mask having, Mask among) {
  for (const Postings::Piece& piece : postings.pieces()) {
    for (const Posting posting : piece) {
      const Mask first = images_.Passing(posting.first());
      const Mask second = images_.Passing(posting.second());
      const Mask passing = posting.Is(Posting::kEither) ? first | second : first & second;
      if (!posting.Is(Posting::kSeveral)) {
        const Mask met = passing & having;
        if (met == 0) continue;
        if (posting.Is(Posting::kDecided)) {
          Find(posting.slot(), met);
        } else {
          undecided_.push_back(posting.slot());
        }
        continue;
      }
      // An image that doesn't have this term may have another one of the several.
      const Mask met = passing & among;
      if (met == 0 || SeenBefore(posting.slot())) continue;
      if (posting.Is(Posting::kDecided) && having == among) {
        Find(posting.slot(), met);
      } else {
        undecided_.push_back(posting.slot());
      }
    }
  }
}

bool Asking::SeenBefore(Slot slot) {
  const uint64_t bit = uint64_t{1} << slot % 64;
  if ((seen_[slot / 64] & bit) != 0) return true;
  seen_[slot / 64] |= bit;
  met_.push_back(slot);
  return false;
}

void Asking::Run(Mask among) {
  const size_t size = undecided_.size();
  for (size_t i = 0; i < size; ++i) {
    if (i + 2 * kAhead < size) __builtin_prefetch(&places_[undecided_[i + 2 * kAhead]]);
    if (i + kAhead < size) __builtin_prefetch(places_[undecided_[i + kAhead]].filed.memory());
    const Slot slot = undecided_[i];
    const Mask met = Meets(places_[slot].filed.program(), images_, among);
    if (met != 0) Find(slot, met);
  }
  undecided_.clear();
}

// The predicate's own word: on what its program can't say, and always on what carries an audience.
Mask Asking::AskItself(Slot slot, Mask met) const {
  const Place& place = places_[slot];
  const Mask asked = place.asks_more ? met : met & images_.hidden();
  if (asked == 0) return met;
  const filter::PackedPredicate& packed = packed_.find(slot)->second;
  std::optional<Predicate> predicate;
  for (const Mask one : {kBefore, kAfter}) {
    if ((asked & one) == 0) continue;
    const Facts& facts = images_.facts(one);
    bool matches = Sees(packed.viewer(), facts);
    if (matches) {
      if (!predicate) predicate = packed.Unpacked();
      matches = predicate->Matches(facts);
    }
    if (!matches) met &= static_cast<Mask>(~one);
  }
  return met;
}

void Asking::Find(Slot slot, Mask met) {
  const Place& place = places_[slot];
  if (place.inside || place.asks_more) met = AskItself(slot, met);
  const Transition transition = filter::TransitionOf((met & kBefore) != 0, (met & kAfter) != 0);
  if (transition != Transition::kNone) found_.push_back({place.id, transition});
}

}  // namespace clusterwire::match
