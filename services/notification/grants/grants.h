#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "clusterwire/change/v1/grant_changed.pb.h"

#include "libs/base/threads/mutex.h"
#include "libs/base/time/clock.h"
#include "libs/filter/viewer.h"
#include "services/notification/grants/grant_index.h"

namespace clusterwire::notification {

// Who may see what is not public, as the catalogue says it on the topic of grants. GrantsReader
// keeps it up to date; this says what is known and how old that is. Safe for use from any thread.
//
// Without a key nothing is read: everybody sees what the public sees.
class Grants {
 public:
  struct Options {
    std::string key = {};  // that subjects are hashed by; empty: grants are not read
    // What is not public is held when the topic wasn't read to its end for so long.
    absl::Duration hold_after = absl::Seconds(10);
  };
  // `clock` outlives it.
  Grants(Options options, Clock& clock)
      : options_(std::move(options)), clock_(clock), caught_up_(clock.Uptime()) {}

  // Whether the catalogue hashes subjects by another key: then no subject is known here.
  bool other_key() const;
  bool enabled() const { return !options_.key.empty(); }
  // Whether the topic was read whole once. Until then nothing may be matched: what somebody may see
  // would be missed. UNAVAILABLE, reason GRANTS_UNREAD.
  absl::Status CheckComplete() const;
  // How long ago it was last read to its end, or began to be.
  absl::Duration lag() const;
  // Whether what is known is too old to show anything by it that is not public.
  bool behind() const;
  absl::Duration hold_after() const { return options_.hold_after; }
  GrantIndex::Counts counts() const;

  // By which keys grants to the subject are found. It is an HMAC or a few: keep them.
  std::vector<SubjectKey> KeysOf(std::string_view subject) const;
  // Of one subject, sorted, one for each resource: the highest role.
  std::vector<Granted> Of(const std::vector<SubjectKey>& keys) const;
  // What the subject sees by them.
  filter::Viewer ViewerOf(const std::vector<SubjectKey>& keys) const;

  // Tells by which keys something else is found from now on. One listener at a time; null ends it,
  // and returns when no call is under way any more. It is called on the reader's thread.
  using Listener = std::function<void(const GrantIndex::Keys& touched)>;
  void Listen(Listener listener);

  // For the reader. One message: its key, and what it says or why it can't be read.
  struct Item {
    std::string name;
    absl::StatusOr<change::v1::GrantChanged> grant;
  };
  static void Take(const Item& item, GrantIndex& index, GrantIndex::Keys& touched);
  // What came since the index was read.
  void Apply(const std::vector<Item>& items);
  // All that the topic holds.
  void Replace(GrantIndex index);
  // It was read to where it ended at this uptime.
  void CaughtUp(absl::Duration uptime);

 private:
  void Tell(const GrantIndex::Keys& touched);

  const Options options_;
  Clock& clock_;
  mutable Mutex mutex_;
  GrantIndex index_ ABSL_GUARDED_BY(mutex_);
  bool complete_ ABSL_GUARDED_BY(mutex_) = false;
  absl::Duration caught_up_ ABSL_GUARDED_BY(mutex_);  // an uptime
  Mutex listener_mutex_;                              // held while it is called
  Listener listener_ ABSL_GUARDED_BY(listener_mutex_);
};

}  // namespace clusterwire::notification
