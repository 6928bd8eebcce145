#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "absl/status/status.h"

#include "libs/filter/predicate.h"

namespace clusterwire::match {

using filter::Facts;
using filter::Predicate;
using filter::Transition;

struct MatcherCounts {
  size_t size = 0;  // predicates held
  size_t wide = 0;  // of them, asked about nearly every change
};

// Whether nothing is required but a right to see: such a predicate is asked about every change that
// its viewer may see.
bool IsWide(const Predicate& predicate);

// So many of them may be made. Who makes them asks counts() first; one process may then be a few
// behind another, for which the matcher leaves room.
inline constexpr size_t kMaxWide = 10'000;

// From one change to the predicates that care, in memory. Each predicate is filed under the terms
// of the one group of its required() that changes have least often; a change is answered by what is
// filed under its terms, before and after. ForEach() gives what asking every predicate would.
//
// Safe for use from any thread: one writer at a time, readers beside each other; a Put() is seen by
// each ForEach() that starts after it returned.
class Matcher {
 public:
  using Visitor = std::function<void(int64_t id, Transition)>;

  // More wide predicates than that are refused.
  explicit Matcher(size_t wide_limit = kMaxWide + kMaxWide / 10);
  ~Matcher();
  Matcher(const Matcher&) = delete;
  Matcher& operator=(const Matcher&) = delete;

  // Adds or replaces. RESOURCE_EXHAUSTED, reason FILTER_TOO_WIDE, when it would be one wide
  // predicate too many; what `id` had before then stays.
  absl::Status Put(int64_t id, Predicate predicate);
  void Remove(int64_t id);

  // Teaches which terms are frequent, for later Put()s: call it with a sample of Facts. Without it
  // the kind of term decides. Answers never depend on it.
  void Learn(const Facts& facts);

  // Calls `visit` for each predicate to which the change is other than kNone, once each, in no
  // order, on this thread and without a lock held: it may call the matcher. Null stands for no
  // resource.
  void ForEach(const Facts* before, const Facts* after, const Visitor& visit) const;

  MatcherCounts counts() const;

 private:
  struct State;
  const std::unique_ptr<State> state_;
};

}  // namespace clusterwire::match
