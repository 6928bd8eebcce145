#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "libs/base/random.h"
#include "libs/base/threads/mutex.h"
#include "libs/base/threads/worker.h"
#include "libs/base/time/clock.h"
#include "libs/http/client.h"
#include "libs/identity/keys/key_set.h"
#include "libs/identity/options.h"
#include "libs/telemetry/metrics.h"

namespace clusterwire::identity {

// The keys of one issuer, from its file or its address, as new as they need to be. What can't be
// read leaves those that are known, for kMaxAge at most, since it may hide that one was withdrawn;
// what a new set doesn't hold is believed no more.
//
// An address is asked every kRefresh, and for an unknown key at most once in kPause for all
// callers: so strangers with made-up keys cost the issuer nothing. A file is read every kFileLook
// and for an unknown key, at most once in kFilePause, for which calls wait. Safe for use from any
// thread.
class KeySource {
 public:
  static constexpr absl::Duration kRefresh = absl::Minutes(5);
  static constexpr absl::Duration kPause = absl::Seconds(10);
  static constexpr absl::Duration kMostPause = absl::Minutes(1);  // after failures
  static constexpr absl::Duration kFileLook = absl::Seconds(5);
  static constexpr absl::Duration kFilePause = absl::Seconds(1);
  static constexpr absl::Duration kPatience = absl::Seconds(5);  // for an answer
  static constexpr size_t kMaxWaiting = 200;
  // Of a set, since it was last read: as long as tokens commonly last, which an issuer that is away
  // doesn't renew either.
  static constexpr absl::Duration kMaxAge = absl::Hours(1);

  // The keys of one moment. A token believed by a set is believed only while its number is the
  // same.
  struct Keys {
    KeySet set;
    uint64_t number = 0;  // 0: none has been read yet, or it is too old
  };
  struct Report {
    std::string from;                      // the file or the address
    size_t keys = 0;                       // that can be used
    std::vector<std::string> unused = {};  // why others can't
    std::optional<absl::Time> read = {};   // when they were last read
    bool too_old = false;                  // so that they are believed no more
    absl::Status trouble = {};             // of the last try
    std::optional<absl::Time> since = {};  // when that began
  };

  // `options` has been checked. `clock`, `random` and `metrics` outlive it.
  KeySource(const IssuerOptions& options, Clock& clock, Random& random,
            telemetry::Metrics& metrics);
  // Those that wait are called with an error.
  ~KeySource();
  KeySource(const KeySource&) = delete;
  KeySource& operator=(const KeySource&) = delete;

  std::shared_ptr<const Keys> keys() const;

  // The set has no key `id`. OK: the issuer is being asked, and `then` is called once, from another
  // thread, with OK when its answer is there. Otherwise `then` is never called: TOKEN_KEY_UNKNOWN
  // when its address was asked only just now or is being asked for another key; with a delay,
  // ISSUER_UNREACHABLE when the last answer was none, ISSUER_KEYS_TOO_OLD when there was none for
  // kMaxAge, and TOO_MANY_WAITING. Once nothing holds what `waits` looks at, its place is free and
  // `then` needn't be called.
  using Then = std::function<void(absl::Status)>;
  absl::Status Await(const std::string& id, std::weak_ptr<const void> waits, Then then);

  Report report() const;

 private:
  bool is_file() const { return !options_.jwks_file.empty(); }
  // Asks when it is time to.
  absl::Time Step();
  void Ask();
  absl::StatusOr<http::Request> MakeRequest() const;
  // What came of an attempt: the text of a set. Ends `asking_`, so one thread at a time is here.
  void Finish(const absl::StatusOr<std::string>& text);
  // The keys by that text; null: those that there are.
  absl::StatusOr<std::shared_ptr<const Keys>> Read(const absl::StatusOr<std::string>& text);
  absl::Status LockedRefusal() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool LockedTooOld() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  struct Waiting {
    std::weak_ptr<const void> waits;
    Then then;
  };

  const IssuerOptions options_;
  Clock& clock_;
  telemetry::Counter succeeded_;
  telemetry::Counter failed_;
  mutable Mutex mutex_;
  std::shared_ptr<const Keys> keys_ ABSL_GUARDED_BY(mutex_) = std::make_shared<const Keys>();
  Report report_ ABSL_GUARDED_BY(mutex_);
  bool asking_ ABSL_GUARDED_BY(mutex_) = true;                    // the first step asks
  bool wanted_ ABSL_GUARDED_BY(mutex_) = true;                    // and is to begin
  std::optional<std::string> asked_for_ ABSL_GUARDED_BY(mutex_);  // the key that may wait
  std::vector<Waiting> waiting_ ABSL_GUARDED_BY(mutex_);
  int failures_ ABSL_GUARDED_BY(mutex_) = 0;  // in a row
  // Uptimes.
  absl::Duration read_at_ ABSL_GUARDED_BY(mutex_) = -absl::InfiniteDuration();
  absl::Duration asked_at_ ABSL_GUARDED_BY(mutex_) = -absl::InfiniteDuration();
  absl::Duration next_ ABSL_GUARDED_BY(mutex_) = absl::ZeroDuration();
  std::string text_;                      // of the set, and
  uint64_t number_ = 0;                   // its number: whose that is who asks
  std::unique_ptr<http::Client> client_;  // of an address
  std::optional<Worker> worker_;          // last: its thread uses everything above
};

// A token names a key that its issuer doesn't have: TOKEN_KEY_UNKNOWN.
absl::Status UnknownKey();

}  // namespace clusterwire::identity
