#include "libs/match/matcher.h"

#include <algorithm>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <utility>
#include <vector>

#include "absl/container/btree_set.h"
#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"

#include "libs/base/status/error.h"
#include "libs/match/asking.h"
#include "libs/match/shelf.h"

namespace clusterwire::match {
namespace {

// A predicate is moved when its place is asked by so many times as many changes as the best one.
constexpr double kWorthMoving = 1.5;
// A round of refiling begins when so much was learned since the last one began.
constexpr uint32_t kRoundAfter = 500;
// What was learned earlier fades as often as so much was learned.
constexpr uint32_t kFadesAfter = 20'000;

}  // namespace

// Predicates live in numbered slots, so that a posting is eight bytes. A std::shared_mutex, since
// readers must not wait for each other; Mutex of libs/base has no such mode.
struct Matcher::State {
  explicit State(size_t limit) : wide_limit(limit) {}

  Shelf& ShelfOf(const Place& place) { return place.inside ? insiders : everybody; }
  void File(int64_t id, const Predicate& predicate);
  void Take(int64_t id);
  Slot FreeSlot();
  void Learn(const Images& images) const;
  void LookAt(Slot slot);
  void Move(Slot from);
  void GiveBack();
  bool StepOfRound(size_t most);

  const size_t wide_limit;
  mutable std::shared_mutex mutex;  // guards everything below
  Dictionary dictionary;
  mutable Sample sample;
  // What the public sees is all that most predicates see: what carries an audience passes them by.
  Shelf everybody{dictionary, sample};
  Shelf insiders{dictionary, sample};
  std::vector<Place> places;
  absl::btree_set<Slot> free;
  absl::flat_hash_map<int64_t, Slot> slot_of;
  PackedPredicates packed;
  size_t wide = 0;
  bool in_round = false;  // of refiling
  bool fading = false;    // its first part
  size_t next = 0;        // term or place in it
  uint32_t learned = 0;   // when it began
};

// The lowest, so that the last ones become free together.
Slot Matcher::State::FreeSlot() {
  if (free.empty()) {
    places.emplace_back();
    return static_cast<Slot>(places.size() - 1);
  }
  const Slot slot = *free.begin();
  free.erase(free.begin());
  return slot;
}

void Matcher::State::File(int64_t id, const Predicate& predicate) {
  const Slot slot = FreeSlot();
  const filter::Conditions conditions = predicate.conditions();
  const filter::Viewer& viewer = predicate.viewer();
  Place& place = places[slot];
  place.id = id;
  place.filed = Filed(Assemble(conditions, dictionary));
  place.inside = viewer.operator_ || !viewer.members.empty();
  place.asks_more = AsksMore(conditions);
  place.wide = IsWide(predicate);
  place.filed.place = everybody.BestPlace(place.filed.program()).index;
  ShelfOf(place).Add(slot, place.filed, !place.asks_more);
  if (place.inside || place.asks_more) packed.emplace(slot, predicate);
  wide += place.wide ? 1 : 0;
  slot_of[id] = slot;
}

void Matcher::State::Take(int64_t id) {
  const auto at = slot_of.find(id);
  if (at == slot_of.end()) return;
  const Slot slot = at->second;
  Place& place = places[slot];
  ShelfOf(place).Take(slot, place.filed);
  ReleaseTerms(place.filed.program(), dictionary);
  packed.erase(slot);
  wide -= place.wide ? 1 : 0;
  place = {};
  slot_of.erase(at);
  free.insert(slot);
}

// To a lower slot, so that those above can be given back.
void Matcher::State::Move(Slot from) {
  const Slot to = FreeSlot();
  Place& place = places[from];
  ShelfOf(place).Take(from, place.filed);
  ShelfOf(place).Add(to, place.filed, !place.asks_more);
  if (auto node = packed.extract(from); !node.empty()) {
    node.key() = to;
    packed.insert(std::move(node));
  }
  slot_of[place.id] = to;
  places[to] = std::exchange(place, {});
  free.insert(from);
}

void Matcher::State::LookAt(Slot slot) {
  Place& place = places[slot];
  if (!place.filed) return;
  if (place.filed.place != Filed::kNowhere) {
    Shelf& shelf = ShelfOf(place);
    const Shelf::Place best = shelf.BestPlace(place.filed.program());
    if (best.index != place.filed.place && shelf.ShareAt(place.filed) > kWorthMoving * best.share) {
      shelf.Take(slot, place.filed);
      place.filed.place = best.index;
      shelf.Add(slot, place.filed, !place.asks_more);
    }
  }
  if (slot >= slot_of.size() && !free.empty() && *free.begin() < slot) Move(slot);
}

// Memory, when the last places are many and free. The one step that takes longer than others, tens
// of milliseconds after hundreds of thousands were removed.
void Matcher::State::GiveBack() {
  size_t end = places.size();
  while (end > 0 && !places[end - 1].filed) --end;
  if (places.size() - end <= places.size() / 4) return;
  places.resize(end);
  places.shrink_to_fit();
  slot_of.rehash(0);
  packed.rehash(0);
  dictionary.GiveBack();
  everybody.GiveBack();
  insiders.GiveBack();
  free.erase(free.lower_bound(static_cast<Slot>(end)), free.end());
}

// A round lets what was learned long ago fade, then looks at each place, then gives back the last
// ones.
bool Matcher::State::StepOfRound(size_t most) {
  if (in_round && fading) {
    fading = dictionary.HalveSome(next, next + most);
    next = fading ? next + most : 0;
  } else if (in_round) {
    const size_t end = std::min(next + most, places.size());
    for (; next < end; ++next) LookAt(static_cast<Slot>(next));
    in_round = next < places.size();
  }
  if (in_round) return true;
  GiveBack();
  const bool sparse = places.size() > 2 * slot_of.size() + most;
  if (!sparse && dictionary.seen() < learned + kRoundAfter) return false;
  in_round = true;
  next = 0;
  fading = dictionary.seen() > kFadesAfter;
  if (fading) dictionary.Halve();
  learned = dictionary.seen();
  return true;
}

void Matcher::State::Learn(const Images& images) const {
  const Mask latest = (images.present() & kAfter) != 0 ? kAfter : kBefore;
  dictionary.CountFacts();
  for (const TermId term : images.terms()) {
    if ((images.Having(term) & latest) != 0) dictionary.Count(term);
  }
  sample.Add(images.numbers(latest));
}

bool IsWide(const Predicate& predicate) {
  const filter::Conditions conditions = predicate.conditions();
  return conditions.one_of.empty() && conditions.within == nullptr;
}

Matcher::Matcher(size_t wide_limit) : state_(std::make_unique<State>(wide_limit)) {}
Matcher::~Matcher() = default;

absl::Status Matcher::Put(int64_t id, const Predicate& predicate) {
  const bool is_wide = IsWide(predicate);
  std::unique_lock lock(state_->mutex);
  const auto old = state_->slot_of.find(id);
  const bool replaces_wide = old != state_->slot_of.end() && state_->places[old->second].wide;
  if (is_wide && !replaces_wide && state_->wide >= state_->wide_limit) {
    return Error(absl::StatusCode::kResourceExhausted, "FILTER_TOO_WIDE",
                 absl::StrCat("asks about everything, and ", state_->wide_limit,
                              " such filters are all there may be; narrow it by a type, a name, a ",
                              "code, a place or a word"));
  }
  state_->Take(id);
  state_->File(id, predicate);
  return absl::OkStatus();
}

void Matcher::Remove(int64_t id) {
  std::unique_lock lock(state_->mutex);
  state_->Take(id);
}

void Matcher::Learn(const Facts& facts) const {
  Images images(nullptr, &facts);
  std::shared_lock lock(state_->mutex);
  images.Find(state_->dictionary);
  state_->Learn(images);
}

void Matcher::ForEach(const Facts* before, const Facts* after, const Visitor& visit) const {
  if (before == nullptr && after == nullptr) return;
  std::vector<Match> found;
  {
    Images images(before, after);
    std::shared_lock lock(state_->mutex);
    images.Find(state_->dictionary);
    state_->Learn(images);
    Asking asking(images, state_->places, state_->packed, found);
    asking.Of(state_->insiders, images.present());
    asking.Of(state_->everybody, static_cast<Mask>(images.present() & ~images.hidden()));
  }
  for (std::span<const Match> rest = found; !rest.empty();) {
    const size_t size = std::min(rest.size(), kChunk);
    visit(rest.first(size));
    rest = rest.subspan(size);
  }
}

bool Matcher::Refile(size_t most) {
  std::unique_lock lock(state_->mutex);
  return state_->StepOfRound(most);
}

MatcherCounts Matcher::counts() const {
  std::shared_lock lock(state_->mutex);
  return {.size = state_->slot_of.size(),
          .wide = state_->wide,
          .terms = state_->dictionary.size(),
          .slots = state_->places.size()};
}

}  // namespace clusterwire::match
