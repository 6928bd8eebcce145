#include "libs/match/matcher.h"

#include <algorithm>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"

#include "libs/base/status/error.h"
#include "libs/filter/terms/terms.h"
#include "libs/match/frequency.h"
#include "libs/match/requirement.h"

namespace clusterwire::match {
namespace {

using filter::FactsView;
using filter::Term;

// One image of a change: its terms for those predicates that are answered by terms, its Facts for
// the others.
class Image {
 public:
  explicit Image(const Facts& facts) : view_(facts), terms_(filter::TermsOf(facts)) {
    lookup_.insert(terms_.begin(), terms_.end());
  }

  const std::vector<Term>& terms() const { return terms_; }

  bool Matches(const Predicate& predicate, bool exact, const Requirement& requirement) const {
    return requirement.IsMetBy(lookup_) && (exact || predicate.Matches(view_));
  }

 private:
  const FactsView view_;
  const std::vector<Term> terms_;
  absl::flat_hash_set<Term> lookup_;
};

}  // namespace

// Predicates live in numbered slots, so that a posting is four bytes. A std::shared_mutex, since
// readers must not wait for each other; Mutex of libs/base has no such mode.
struct Matcher::State {
  using Slot = uint32_t;
  static constexpr int32_t kUnfiled = -1;
  struct Entry {
    int64_t id;
    Predicate predicate;
    Requirement requirement;
    bool exact;
    int32_t group;  // of required(), that it is filed under; kUnfiled
  };

  explicit State(MatcherOptions given) : options(given) {}

  void File(int64_t id, Predicate predicate, int32_t group);
  void Take(int64_t id);
  int32_t RarestGroup(const Predicate& predicate) const;
  Transition Ask(const Entry& entry, const Image* before, const Image* after) const;
  void AddCandidates(const Image& image, std::vector<Slot>& candidates) const;

  const MatcherOptions options;
  mutable std::shared_mutex mutex;  // guards everything below
  TermFrequency frequency;
  std::vector<std::optional<Entry>> entries;  // none: a free slot
  std::vector<Slot> free;
  absl::flat_hash_map<int64_t, Slot> slots;
  absl::flat_hash_map<Term, std::vector<Slot>> postings;
  std::vector<Slot> unfiled;
  uint64_t refused = 0;
};

namespace {

void Erase(std::vector<uint32_t>& slots, uint32_t slot) {
  const auto at = std::find(slots.begin(), slots.end(), slot);
  *at = slots.back();
  slots.pop_back();
}

}  // namespace

void Matcher::State::File(int64_t id, Predicate predicate, int32_t group) {
  Slot slot;
  if (free.empty()) {
    slot = static_cast<Slot>(entries.size());
    entries.emplace_back();
  } else {
    slot = free.back();
    free.pop_back();
  }
  if (group == kUnfiled) {
    unfiled.push_back(slot);
  } else {
    for (const Term term : predicate.required()[static_cast<size_t>(group)]) {
      postings[term].push_back(slot);
    }
  }
  Requirement requirement(predicate.required());
  const bool exact = predicate.exact();
  entries[slot] = Entry{id, std::move(predicate), std::move(requirement), exact, group};
  slots[id] = slot;
}

void Matcher::State::Take(int64_t id) {
  const auto at = slots.find(id);
  if (at == slots.end()) return;
  const Slot slot = at->second;
  slots.erase(at);
  const Entry& entry = *entries[slot];
  if (entry.group == kUnfiled) {
    Erase(unfiled, slot);
  } else {
    for (const Term term : entry.predicate.required()[static_cast<size_t>(entry.group)]) {
      const auto posting = postings.find(term);
      Erase(posting->second, slot);
      if (posting->second.empty()) postings.erase(posting);
    }
  }
  entries[slot].reset();
  free.push_back(slot);
}

int32_t Matcher::State::RarestGroup(const Predicate& predicate) const {
  const auto& groups = predicate.required();
  if (groups.empty()) return kUnfiled;
  const auto rarest = std::min_element(
      groups.begin(), groups.end(),
      [&](const auto& a, const auto& b) { return frequency.CostOf(a) < frequency.CostOf(b); });
  return static_cast<int32_t>(rarest - groups.begin());
}

Transition Matcher::State::Ask(const Entry& entry, const Image* before, const Image* after) const {
  const auto matches = [&](const Image* image) {
    return image != nullptr && image->Matches(entry.predicate, entry.exact, entry.requirement);
  };
  return filter::TransitionOf(matches(before), matches(after));
}

void Matcher::State::AddCandidates(const Image& image, std::vector<Slot>& candidates) const {
  for (const Term term : image.terms()) {
    const auto posting = postings.find(term);
    if (posting == postings.end()) continue;
    candidates.insert(candidates.end(), posting->second.begin(), posting->second.end());
  }
}

Matcher::Matcher(MatcherOptions options) : state_(std::make_unique<State>(options)) {}
Matcher::~Matcher() = default;

absl::Status Matcher::Put(int64_t id, Predicate predicate) {
  std::unique_lock lock(state_->mutex);
  const int32_t group = state_->RarestGroup(predicate);
  if (group == State::kUnfiled) {
    const auto old = state_->slots.find(id);
    const bool replaces_unfiled =
        old != state_->slots.end() && state_->entries[old->second]->group == State::kUnfiled;
    if (!replaces_unfiled && state_->unfiled.size() >= state_->options.unfiled_limit) {
      ++state_->refused;
      return Error(absl::StatusCode::kResourceExhausted, "FILTER_TOO_WIDE",
                   absl::StrCat("asks nothing that it could be filed under, and ",
                                state_->options.unfiled_limit,
                                " such filters are all there may be; narrow it by a type, a name, "
                                "a code, a place or a word"));
    }
  }
  state_->Take(id);
  state_->File(id, std::move(predicate), group);
  return absl::OkStatus();
}

void Matcher::Remove(int64_t id) {
  std::unique_lock lock(state_->mutex);
  state_->Take(id);
}

void Matcher::Learn(const Facts& facts) {
  const std::vector<Term> terms = filter::TermsOf(facts);
  std::unique_lock lock(state_->mutex);
  state_->frequency.Learn(terms);
}

void Matcher::ForEach(const Facts* before, const Facts* after, const Visitor& visit) const {
  std::optional<Image> old_image;
  std::optional<Image> new_image;
  if (before != nullptr) old_image.emplace(*before);
  if (after != nullptr) new_image.emplace(*after);

  std::vector<std::pair<int64_t, Transition>> found;
  {
    std::shared_lock lock(state_->mutex);
    std::vector<State::Slot> candidates = state_->unfiled;
    if (old_image) state_->AddCandidates(*old_image, candidates);
    if (new_image) state_->AddCandidates(*new_image, candidates);
    std::sort(candidates.begin(), candidates.end());
    candidates.erase(std::unique(candidates.begin(), candidates.end()), candidates.end());
    for (const State::Slot slot : candidates) {
      const State::Entry& entry = *state_->entries[slot];
      const Transition transition =
          state_->Ask(entry, old_image ? &*old_image : nullptr, new_image ? &*new_image : nullptr);
      if (transition != Transition::kNone) found.emplace_back(entry.id, transition);
    }
  }
  for (const auto& [id, transition] : found) visit(id, transition);
}

MatcherCounts Matcher::counts() const {
  std::shared_lock lock(state_->mutex);
  return {
      .size = state_->slots.size(), .unfiled = state_->unfiled.size(), .refused = state_->refused};
}

}  // namespace clusterwire::match
