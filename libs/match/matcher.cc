#include "libs/match/matcher.h"

#include <algorithm>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"

#include "libs/base/status/error.h"
#include "libs/match/frequency.h"

namespace clusterwire::match {
namespace {

using filter::FactsView;
using filter::Term;

// The groups of Predicate::required() in one piece of memory. A change looks at thousands of them,
// and each jump to another piece costs more than the comparison.
class Requirement {
 public:
  explicit Requirement(const std::vector<std::vector<Term>>& groups) {
    for (const std::vector<Term>& group : groups) {
      words_.push_back(group.size());
      for (const Term term : group) words_.push_back(static_cast<uint64_t>(term));
    }
    words_.shrink_to_fit();
  }

  // Whether each group has a term among these.
  bool IsMetBy(const absl::flat_hash_set<Term>& terms) const {
    for (size_t at = 0; at < words_.size();) {
      const size_t end = at + 1 + words_[at];
      bool has_one = false;
      for (++at; at < end && !has_one; ++at) {
        has_one = terms.contains(static_cast<Term>(words_[at]));
      }
      if (!has_one) return false;
      at = end;
    }
    return true;
  }

 private:
  std::vector<uint64_t> words_;  // for each group the number of its terms, then they
};

// One image of a change: its terms for those predicates that are answered by terms, its Facts for
// the others, and for all where not everybody may see it.
class Image {
 public:
  explicit Image(const Facts& facts)
      : view_(facts), terms_(filter::TermsOf(facts)), for_everybody_(!facts.has_audience()) {
    lookup_.insert(terms_.begin(), terms_.end());
  }

  const std::vector<Term>& terms() const { return terms_; }

  bool Matches(const Predicate& predicate, bool exact, const Requirement& requirement) const {
    return requirement.IsMetBy(lookup_) && ((exact && for_everybody_) || predicate.Matches(view_));
  }

 private:
  const FactsView view_;
  const std::vector<Term> terms_;
  const bool for_everybody_;
  absl::flat_hash_set<Term> lookup_;
};

void Erase(std::vector<uint32_t>& slots, uint32_t slot) {
  const auto at = std::find(slots.begin(), slots.end(), slot);
  *at = slots.back();
  slots.pop_back();
}

}  // namespace

// Predicates live in numbered slots, so that a posting is four bytes. A std::shared_mutex, since
// readers must not wait for each other; Mutex of libs/base has no such mode.
struct Matcher::State {
  using Slot = uint32_t;
  using Group = std::vector<Term>;
  struct Entry {
    int64_t id;
    Predicate predicate;
    Requirement requirement;
    bool exact;
    bool wide;
    const Group* group;  // of predicate.required(), that it is filed under; null: under none
  };

  explicit State(size_t limit) : wide_limit(limit) {}

  void File(int64_t id, Predicate predicate, const Group* group);
  void Take(int64_t id);
  void AddCandidates(const Image& image, std::vector<Slot>& candidates) const;

  const size_t wide_limit;
  mutable std::shared_mutex mutex;  // guards everything below
  TermFrequency frequency;
  std::vector<std::optional<Entry>> entries;  // none: a free slot
  std::vector<Slot> free;
  absl::flat_hash_map<int64_t, Slot> slots;
  absl::flat_hash_map<Term, std::vector<Slot>> postings;
  std::vector<Slot> unfiled;
  size_t wide = 0;
};

void Matcher::State::File(int64_t id, Predicate predicate, const Group* group) {
  Slot slot;
  if (free.empty()) {
    slot = static_cast<Slot>(entries.size());
    entries.emplace_back();
  } else {
    slot = free.back();
    free.pop_back();
  }
  if (group == nullptr) {
    unfiled.push_back(slot);
  } else {
    for (const Term term : *group) postings[term].push_back(slot);
  }
  Requirement requirement(predicate.required());
  const bool exact = predicate.exact();
  const bool is_wide = IsWide(predicate);
  wide += is_wide ? 1 : 0;
  entries[slot] = Entry{id, std::move(predicate), std::move(requirement), exact, is_wide, group};
  slots[id] = slot;
}

void Matcher::State::Take(int64_t id) {
  const auto at = slots.find(id);
  if (at == slots.end()) return;
  const Slot slot = at->second;
  slots.erase(at);
  const Entry& entry = *entries[slot];
  wide -= entry.wide ? 1 : 0;
  if (entry.group == nullptr) {
    Erase(unfiled, slot);
  } else {
    for (const Term term : *entry.group) {
      const auto posting = postings.find(term);
      Erase(posting->second, slot);
      if (posting->second.empty()) postings.erase(posting);
    }
  }
  entries[slot].reset();
  free.push_back(slot);
}

void Matcher::State::AddCandidates(const Image& image, std::vector<Slot>& candidates) const {
  for (const Term term : image.terms()) {
    const auto posting = postings.find(term);
    if (posting == postings.end()) continue;
    candidates.insert(candidates.end(), posting->second.begin(), posting->second.end());
  }
}

bool IsWide(const Predicate& predicate) {
  return std::ranges::all_of(predicate.required(), [](const std::vector<Term>& group) {
    const filter::TermField field = filter::FieldOf(group.front());
    return field == filter::TermField::kEverybody || field == filter::TermField::kAudience;
  });
}

Matcher::Matcher(size_t wide_limit) : state_(std::make_unique<State>(wide_limit)) {}
Matcher::~Matcher() = default;

absl::Status Matcher::Put(int64_t id, Predicate predicate) {
  std::unique_lock lock(state_->mutex);
  const auto rarest = std::ranges::min_element(
      predicate.required(), {},
      [this](const State::Group& group) { return state_->frequency.CostOf(group); });
  const State::Group* group = rarest == predicate.required().end() ? nullptr : &*rarest;
  const auto old = state_->slots.find(id);
  const bool replaces_wide = old != state_->slots.end() && state_->entries[old->second]->wide;
  if (IsWide(predicate) && !replaces_wide && state_->wide >= state_->wide_limit) {
    return Error(absl::StatusCode::kResourceExhausted, "FILTER_TOO_WIDE",
                 absl::StrCat("asks about everything, and ", state_->wide_limit,
                              " such filters are all there may be; narrow it by a type, a name, a ",
                              "code, a place or a word"));
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
      const auto matches = [&entry](const std::optional<Image>& image) {
        return image && image->Matches(entry.predicate, entry.exact, entry.requirement);
      };
      const Transition transition = filter::TransitionOf(matches(old_image), matches(new_image));
      if (transition != Transition::kNone) found.emplace_back(entry.id, transition);
    }
  }
  for (const auto& [id, transition] : found) visit(id, transition);
}

MatcherCounts Matcher::counts() const {
  std::shared_lock lock(state_->mutex);
  return {.size = state_->slots.size(), .wide = state_->wide};
}

}  // namespace clusterwire::match
