#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>

#include "absl/status/status.h"

#include "libs/filter/predicate.h"

namespace clusterwire::match {

using filter::Facts;
using filter::Predicate;
using filter::Transition;

struct MatcherCounts {
  size_t size = 0;   // predicates held
  size_t wide = 0;   // of them, asked about nearly every change
  size_t terms = 0;  // values that they ask for, each once
  size_t slots = 0;  // places for predicates, free ones too
};

// Whether nothing is required but a right to see: such a predicate is asked about every change that
// its viewer may see.
bool IsWide(const Predicate& predicate);

// So many of them may be made. Who makes them asks counts() first; one process may then be a few
// behind another, for which the matcher leaves room.
inline constexpr size_t kMaxWide = 10'000;

struct Match {
  int64_t id = 0;
  Transition transition = Transition::kNone;
};

// From one change to the predicates that care, in memory. Each predicate is filed under the terms
// of that one of its conditions that changes meet least often; a change is answered by what is
// filed under its terms, before and after. ForEach() gives what asking every predicate would.
//
// Safe for use from any thread: one writer at a time, readers beside each other; a Put() is seen by
// each ForEach() that starts after it returned.
class Matcher {
 public:
  using Visitor = std::function<void(std::span<const Match>)>;
  static constexpr size_t kChunk = 1000;

  // More wide predicates than that are refused.
  explicit Matcher(size_t wide_limit = kMaxWide + kMaxWide / 10);
  ~Matcher();
  Matcher(const Matcher&) = delete;
  Matcher& operator=(const Matcher&) = delete;

  // Adds or replaces. RESOURCE_EXHAUSTED, reason FILTER_TOO_WIDE, when it would be one wide
  // predicate too many; what `id` had before then stays.
  absl::Status Put(int64_t id, const Predicate& predicate);
  void Remove(int64_t id);

  // Calls `visit` with the predicates to which the change is other than kNone, once each, in no
  // order and kChunk at most in a call, on this thread and without a lock held: it may call the
  // matcher. Null stands for no resource.
  void ForEach(const Facts* before, const Facts* after, const Visitor& visit) const;

  // Which terms are frequent is learned from each change that is matched, and from what is shown
  // here. Answers never depend on it.
  void Learn(const Facts& facts) const;
  // Looks at the next `most` predicates and files anew those that have a better place by what was
  // learned since; nothing is matched meanwhile, so make it a small part. False when all of them
  // were looked at and little was learned since.
  bool Refile(size_t most = 100);

  MatcherCounts counts() const;

 private:
  struct State;
  const std::unique_ptr<State> state_;
};

}  // namespace clusterwire::match
