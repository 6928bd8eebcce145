#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"

#include "clusterwire/notification/v1/delivery.pb.h"

#include "libs/base/threads/mutex.h"
#include "services/notification/ledger/ledger.h"

namespace clusterwire::notification {

// Adds the ledger up piece by piece, so that knowing its balance costs a bounded look at a time
// instead of one over whole tables. Each record is looked at together with its deliveries at one
// moment, so a difference is real also while others write. Deliveries whose record is gone
// are found by Balance::OfAll() alone.
//
// One thread steps; any thread asks.
class Audit {
 public:
  struct Options {
    int records = 500;            // of one step, at most
    int64_t deliveries = 20'000;  // of one step, or those of one record
  };

  // `ledger` outlives the audit.
  explicit Audit(Ledger& ledger) : Audit(ledger, Options()) {}
  Audit(Ledger& ledger, Options options) : ledger_(ledger), options_(options) {}

  // Looks at the next records. True when they were the last, and the result is a new one.
  absl::StatusOr<bool> Step();

  // What the last round over all records found; `pending` and all else as each record stood when it
  // was looked at. Nothing before the first round is over.
  std::optional<v1::GetBalanceResponse> result() const;

 private:
  struct Key {
    std::string history;
    int64_t revision = 0;
    int64_t ordinal = 0;
  };

  absl::StatusOr<bool> Look(sql::Connection& connection, v1::GetBalanceResponse* sum, Key* end);

  Ledger& ledger_;
  const Options options_;
  Key after_;                   // the thread's, and so is:
  v1::GetBalanceResponse sum_;  // of this round so far
  mutable Mutex mutex_;
  std::optional<v1::GetBalanceResponse> result_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace clusterwire::notification
