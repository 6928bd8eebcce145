#pragma once

#include <algorithm>
#include <list>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "libs/text/language.h"
#include "services/notification/channels/channels.h"
#include "services/notification/channels/told.h"

namespace clusterwire::notification {

// A change as a person is told of it, in their language; titles are as the Facts have them. *Left*
// is told from the image before alone, which is the last that the subscription could see.
struct Notice {
  std::string title;  // one line
  std::string group;  // the heading under which a digest tells it: what kind of thing changed
  std::string text;   // a few lines; what editors wrote never begins one of its own
  std::string link;
  std::vector<std::string> reasons;  // a line for each condition: "It is in Saxony (nuts:DED)."
};

// The part of a notice that is the same by whichever subscription it comes, so that it is made once
// where thousands hear of a record: all but the reasons, with the lines of the text before that
// which names the subscription, and behind it.
struct SharedNotice {
  std::string title = {};
  std::string group = {};
  std::string link = {};
  std::string before = {};  // ends its lines
  std::string after = {};   // begins its lines
  bool whole = false;       // `before` is all of the text, and there are no reasons
};

// The language in which the job's subscriber reads.
text::Language LanguageOf(const Job& job);

// The image of the job's record that is told, by every channel. `job.record` is there.
const type::v1::Facts& ImageOf(const Job& job);

// Pure. `job.interest` is there: a gate has asked.
Notice NoticeOf(const Job& job);
// The same of `shared`, which is of the job or, where it goes to no mailbox, of another with the
// same record, transition and language that is hidden or not as it is.
Notice NoticeOf(const Job& job, const SharedNotice& shared);
SharedNotice SharedNoticeOf(const Job& job);

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

// What a mail tells of one resource: all that happened to it, and why, by each subscription.
Notice NoticeOf(const Told& told);

}  // namespace clusterwire::notification
