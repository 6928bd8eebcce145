#pragma once

#include <algorithm>
#include <list>
#include <memory>
#include <utility>

#include "services/notification/channels/notice.h"

namespace clusterwire::notification {

// What was made of a job and is the same for others of its record: those with the same transition
// and language that are hidden or not as it is. Remembers the last few. Not for use from several
// threads.
template <typename Made>
class SharedByRecord {
 public:
  static constexpr size_t kKept = 16;

  // Null where it isn't remembered; stays valid until the next call.
  const Made* Find(const Job& job) {
    const text::Language language = LanguageOf(job);
    const auto found = std::ranges::find_if(kept_, [&](const Kept& kept) {
      return kept.record == job.record && kept.transition == job.delivery.transition &&
             kept.language == language && kept.hidden == job.hidden;
    });
    if (found == kept_.end()) return nullptr;
    kept_.splice(kept_.begin(), kept_, found);
    return &found->made;
  }
  const Made& Keep(const Job& job, Made made) {
    kept_.push_front(
        {job.record, job.delivery.transition, LanguageOf(job), job.hidden, std::move(made)});
    if (kept_.size() > kKept) kept_.pop_back();
    return kept_.front().made;
  }

 private:
  struct Kept {
    std::shared_ptr<const KeptRecord> record;
    v1::Transition transition;
    text::Language language;
    bool hidden;
    Made made;
  };
  std::list<Kept> kept_;  // those asked for last in front
};

}  // namespace clusterwire::notification
