#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "libs/base/random.h"
#include "libs/base/threads/mutex.h"
#include "libs/base/threads/worker.h"
#include "libs/base/time/clock.h"
#include "libs/rpc/call/waiting.h"
#include "libs/telemetry/metrics.h"

namespace clusterwire::rpc {

// Calls that wait until something can be read at a revision. A parked call holds no thread: it is
// resumed by Progress::Publish(), at its time limit, by Cancel() or by End(), whichever comes
// first. One thread ends those whose time is up. Knows neither gRPC nor what is read. Safe for use
// from any thread.
class Parking {
 public:
  struct Options {
    size_t limit = 1000;     // calls parked at once
    size_t peer_limit = 50;  // of them from one address
  };
  // Called once, under no lock, by the thread that ends the waiting: it must not block. OK when the
  // revision can be read.
  using Resume = std::function<void(const absl::Status&)>;

  // Something that is read, and how far it has got: a search index.
  class Progress {
   public:
    struct Options {
      std::string name;    // "the search index", in the text of errors
      std::string reason;  // of the error for those it didn't reach in time
      // The newest revision there is anywhere, for this reader to get to. May block; called by
      // threads that run calls.
      std::function<absl::StatusOr<int64_t>()> newest;
    };
    // `parking` outlives the reader, and the reader what is parked for it.
    Progress(Parking& parking, Options options) : parking_(parking), options_(std::move(options)) {}
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;

    // From now on `revision` can be read; a lower one than before changes nothing.
    void Publish(int64_t revision) { parking_.Publish(*this, revision); }
    int64_t revision() const { return revision_; }
    // OUT_OF_RANGE, reason FUTURE_REVISION, for one that isn't written yet.
    absl::Status CheckWritten(int64_t revision) const;

   private:
    friend class Parking;
    absl::Status NotReached(int64_t revision) const;

    Parking& parking_;
    const Options options_;
    std::atomic<int64_t> revision_ = 0;  // raised under the parking's lock
  };

  Parking(telemetry::Metrics& metrics, Clock& clock, Random& random, Options options);
  Parking(const Parking&) = delete;
  Parking& operator=(const Parking&) = delete;

  // Calls `resume` once `reader` has `revision`: at once when it has it already. At `until` it is
  // called with UNAVAILABLE, the reader's reason and a delay to retry after; at once with
  // RESOURCE_EXHAUSTED, reason TOO_MANY_WAITING, when as many are parked as may be. `peer` is the
  // client as gRPC writes it; its port doesn't count. The result is for Cancel().
  uint64_t Park(const Progress& reader, int64_t revision, std::string_view peer, absl::Time until,
                Resume resume);
  // Resumes the call with CANCELLED if it is still parked.
  void Cancel(uint64_t id);
  // Resumes all with `status`, and those that come from now on.
  void End(const absl::Status& status);

 private:
  struct Parked {
    const Progress* reader;
    int64_t revision;
    absl::Duration until;  // of the clock's uptime
    Resume resume;
  };

  void Publish(Progress& reader, int64_t revision);
  // Gives the time at which the next call is overdue.
  absl::Time EndOverdue();

  Clock& clock_;
  Mutex mutex_;
  WaitingCalls<Parked> calls_ ABSL_GUARDED_BY(mutex_);
  absl::Status ended_ ABSL_GUARDED_BY(mutex_);
  Worker worker_;  // last: its thread uses everything above
};

}  // namespace clusterwire::rpc
