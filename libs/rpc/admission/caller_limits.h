#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "libs/base/threads/mutex.h"
#include "libs/base/time/clock.h"
#include "libs/rpc/call/call_context.h"
#include "libs/telemetry/metrics.h"

namespace clusterwire::rpc {

// What each caller may take: calls a second, and streams at once. Counted by subject; for those who
// show none by their address, which all who come through one proxy share. Operators have no limits,
// so that neither an import nor a repair at night is kept out. Safe for use from any
// thread.
class CallerLimits {
 public:
  struct Rates {
    int64_t calls_per_second;  // on average; twice as many at once
    int streams;               // at once
  };
  struct Options {
    Rates subject = {.calls_per_second = 200, .streams = 50};
    Rates address = {.calls_per_second = 100, .streams = 20};
    // Callers of either kind that are remembered: who called, as long as that counts against them,
    // which is two seconds at most, and who has a stream open. When there are so many, others are
    // refused until one is forgotten: a flood of strangers neither grows this nor wipes out what
    // anybody has used up.
    size_t tracked = 20'000;
  };

  class Place;

  CallerLimits(telemetry::Metrics& metrics, Clock& clock, Options options);
  CallerLimits(const CallerLimits&) = delete;
  CallerLimits& operator=(const CallerLimits&) = delete;

  // Counts a call of `caller`, who calls from `peer`. RESOURCE_EXHAUSTED, reason CALLER_LIMIT, with
  // the time after which the next one is taken; the refused one isn't counted.
  absl::Status TakeCall(const Caller& caller, std::string_view peer);
  // Counts an identity that is shown at `peer` and isn't known yet, before anything is spent on it;
  // the same error. Who turns out to be somebody gives it back, so only what doesn't hold counts,
  // as much as an address may make calls. It is apart from those, so that the public behind a proxy
  // keeps no new token out.
  absl::Status TakeTry(std::string_view peer);
  void GiveBackTry(std::string_view peer);
  // The same for a stream that opens. The place may not outlive this.
  absl::StatusOr<Place> TakeStream(const Caller& caller, std::string_view peer);

 private:
  // Each call costs a share of a second. `paid_at` is when, by the clock's uptime, all calls are
  // paid for. Who has paid and has no stream open is as good as new.
  struct Account {
    absl::Duration paid_at = absl::ZeroDuration();
    int streams = 0;
  };
  using Accounts = std::map<std::string, Account, std::less<>>;
  // Accounts of one kind of caller.
  struct Book {
    Rates rates;
    std::string kind;    // "a subject", in texts
    std::string option;  // begins the names of the options that set the rates
    std::string what = "calls";
    Accounts accounts = {};
    // Those without streams, in the order in which they are forgotten.
    std::set<std::pair<absl::Duration, std::string_view>> debts = {};
  };

  absl::Status LockedTake(Book& book, const std::string& key) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  Book* LockedBook(const Caller& caller) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Makes an account where there is none.
  absl::StatusOr<Accounts::iterator> LockedOpen(Book& book, const std::string& key)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void GiveBack(Book& book, const std::string& key);

  Clock& clock_;
  const size_t tracked_;
  telemetry::Counter too_many_calls_;
  telemetry::Counter too_many_streams_;
  telemetry::Counter too_many_callers_;
  Mutex mutex_;
  Book subjects_ ABSL_GUARDED_BY(mutex_);
  Book addresses_ ABSL_GUARDED_BY(mutex_);
  Book tries_ ABSL_GUARDED_BY(mutex_);  // by address
};

// A place among a caller's open streams, given back when this goes.
class CallerLimits::Place {
 public:
  Place() = default;  // none
  Place(Place&& other) noexcept { *this = std::move(other); }
  Place& operator=(Place&& other) noexcept {
    std::swap(limits_, other.limits_);
    std::swap(book_, other.book_);
    std::swap(key_, other.key_);
    return *this;
  }
  ~Place() {
    if (limits_ != nullptr) limits_->GiveBack(*book_, key_);
  }

 private:
  friend class CallerLimits;
  Place(CallerLimits& limits, Book& book, std::string key)
      : limits_(&limits), book_(&book), key_(std::move(key)) {}

  CallerLimits* limits_ = nullptr;
  Book* book_ = nullptr;
  std::string key_;
};

}  // namespace clusterwire::rpc
