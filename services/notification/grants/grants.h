#pragma once

#include <functional>
#include <optional>
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
    // What is not public is held when it isn't known what was granted up to so long ago.
    absl::Duration hold_after = absl::Seconds(10);
  };
  // `clock` outlives it.
  Grants(Options options, Clock& clock)
      : options_(std::move(options)), clock_(clock), started_(clock.Uptime()) {}

  // Whether the catalogue hashes subjects by another key: then no subject is known here.
  bool other_key() const;
  bool enabled() const { return !options_.key.empty(); }
  // Whether the topic was read whole once. Until then nothing may be matched: what somebody may see
  // would be missed. UNAVAILABLE, reason GRANTS_UNREAD.
  absl::Status CheckComplete() const;
  // How long ago it was what is known now, as far as that is sure; since the start before anything
  // is.
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

  // Tells by which keys other resources are found from now on: what is seen by them. One listener
  // at a time; null ends it, and returns when no call is under way any more. It is called on the
  // reader's thread.
  using Listener = std::function<void(const GrantIndex::Keys& touched)>;
  void Listen(Listener listener);

  // For the reader. One message: its key, and what it says or why it can't be read.
  struct Item {
    std::string name;
    absl::StatusOr<change::v1::GrantChanged> grant;
    bool forgotten = false;  // the name is gone
  };
  static void Take(const Item& item, GrantIndex& index, GrantIndex::Keys& touched);
  // What came since the index was read.
  void Apply(const std::vector<Item>& items);
  // All that the topic holds.
  void Replace(GrantIndex index);
  // All is known that was granted and withdrawn by this uptime.
  void CaughtUp(absl::Duration uptime);

 private:
  void Tell(const GrantIndex::Keys& touched);

  const Options options_;
  Clock& clock_;
  mutable Mutex mutex_;
  GrantIndex index_ ABSL_GUARDED_BY(mutex_);
  bool complete_ ABSL_GUARDED_BY(mutex_) = false;
  const absl::Duration started_;  // an uptime, like the next
  std::optional<absl::Duration> caught_up_ ABSL_GUARDED_BY(mutex_);
  Mutex listener_mutex_;  // held while it is called
  Listener listener_ ABSL_GUARDED_BY(listener_mutex_);
};

}  // namespace clusterwire::notification
