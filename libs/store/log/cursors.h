#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "libs/base/threads/mutex.h"
#include "libs/base/time/clock.h"
#include "libs/sql/database.h"
#include "libs/store/resource.h"

namespace clusterwire::store {

// How far a reader of the log has come. The log is never compacted past it.
struct Cursor {
  std::string name;  // "relay"
  Position position;
  std::string holder;  // who may move it
  int64_t epoch = 0;   // grows with each holder
  // When the holder said that its lease ends, by its own clock: for people to read. Each renewal
  // changes it, and only that tells other processes something, since their clocks may differ.
  absl::Time lease_end;
};

// Named cursors that one holder at a time moves. Every move is conditional on the epoch, so that a
// holder that lost its lease without noticing changes nothing. Safe for use from any thread. After
// a crash the lease runs out and the position stands where it was last moved to.
//
// A lease is over when its row has stood unchanged for one length of it, by the monotonic clock of
// the process that wants it: no two processes' wall clocks are ever compared. So who wants it must
// ask time and again, and a process that has just started waits for one length.
class Cursors {
 public:
  Cursors(sql::Database& database, Clock& clock) : database_(database), clock_(clock) {}

  // Makes `holder` the owner and raises the epoch; a missing cursor starts before the first change.
  // FAILED_PRECONDITION, reason LEASE_HELD, while another's lease runs; metadata "holder" and
  // "seconds", after which it is over unless it is renewed. The same holder takes over from itself:
  // after a restart it need not wait.
  absl::StatusOr<Cursor> Acquire(std::string_view name, std::string_view holder,
                                 absl::Duration lease);
  // These three: ABORTED, reason LEASE_LOST, when `cursor` has another epoch by now.
  absl::Status Renew(Cursor& cursor, absl::Duration lease);
  // Moves to cursor.position. Never backwards: FAILED_PRECONDITION.
  absl::Status Move(const Cursor& cursor);
  absl::Status Release(const Cursor& cursor);

  // Moves the cursor back to `position`, under any holder, and ends the lease: an operator's
  // rewind. FAILED_PRECONDITION when it stands before that: nothing would be sent again, and what
  // lies between never; OUT_OF_RANGE, reason REVISION_COMPACTED, when the log is not whole above
  // `position`.
  absl::Status Rewind(std::string_view name, Position position);
  // NOT_FOUND when it was never acquired.
  absl::StatusOr<Cursor> Get(std::string_view name);

 private:
  // How a lease of another looked when it was last seen to change.
  struct Seen {
    int64_t epoch = 0;
    absl::Time lease_end;
    absl::Duration since;  // by Clock::Uptime()
  };

  // What is left of another's lease as far as this process can tell.
  absl::Duration LeftOf(const Cursor& cursor, absl::Duration lease);
  // `change`: what follows SET. False when there is no such row.
  absl::StatusOr<bool> Update(std::string_view change, std::vector<sql::Value> parameters);

  sql::Database& database_;
  Clock& clock_;
  Mutex mutex_;
  std::map<std::string, Seen, std::less<>> seen_ ABSL_GUARDED_BY(mutex_);  // by the cursor's name
};

}  // namespace clusterwire::store
