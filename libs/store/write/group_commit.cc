#include "libs/store/write/group_commit.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

#include "libs/base/status/error.h"
#include "libs/telemetry/log.h"

namespace clusterwire::store {
namespace {

// What one write's data is to blame for, as opposed to the state of the database.
bool IsDataError(const absl::Status& status) {
  return status.code() == absl::StatusCode::kInvalidArgument ||
         status.code() == absl::StatusCode::kAlreadyExists;
}

}  // namespace

GroupCommit::GroupCommit(sql::Database& database, const Registry& registry, const Options& options,
                         Clock& clock, std::function<void()> on_commit)
    : database_(database),
      registry_(registry),
      options_(options),
      clock_(clock),
      on_commit_(std::move(on_commit)) {}

absl::StatusOr<Written> GroupCommit::Write(const WriteOptions& call, const StagingBody& body) {
  Pending own{call, body};
  {
    MutexLock lock(mutex_);
    if (waiting_.size() >= static_cast<size_t>(options_.waiting_limit)) {
      ++counters_.overloaded;
      return WithRetryDelay(
          Error(absl::StatusCode::kResourceExhausted, "WRITES_WAITING",
                absl::StrCat(options_.waiting_limit, " writes wait already: try again later")),
          absl::Seconds(1));
    }
    waiting_.push_back(&own);
    while (!own.done && led_) changed_.Wait(mutex_);
    if (own.done) return std::move(own.result);
    led_ = true;
  }
  Lead(own);
  return std::move(own.result);
}

void GroupCommit::Lead(Pending& own) {
  while (true) {
    std::vector<Pending*> group;
    {
      MutexLock lock(mutex_);
      if (own.done) {
        led_ = false;
        changed_.NotifyAll();
        return;
      }
      const auto end =
          waiting_.begin() + std::min<std::ptrdiff_t>(options_.group_limit, std::ssize(waiting_));
      group.assign(waiting_.begin(), end);
      waiting_.erase(waiting_.begin(), end);
    }
    RunGroup(group);
    MutexLock lock(mutex_);
    for (Pending* pending : group) pending->done = true;
    changed_.NotifyAll();
  }
}

void GroupCommit::RunGroup(std::span<Pending* const> group) {
  absl::Status status = RunTogether(group);
  if (IsDataError(status) && group.size() > 1) {
    for (Pending* pending : group) RunGroup({&pending, 1});
    return;
  }
  if (!status.ok()) {
    for (Pending* pending : group) pending->result = status;
  }
  Count(group, status.ok());
}

absl::Status GroupCommit::RunTogether(std::span<Pending* const> group) {
  ASSIGN_OR_RETURN(sql::Transaction transaction, Begin());
  GroupTransaction work(*connection_, registry_, options_);
  absl::Status status = work.Lock(clock_);
  LookAtClock(work.logged_at - work.now);
  for (Pending* pending : group) {
    if (!status.ok()) break;
    pending->result = RunWrite(work, pending->call, pending->body);
    // Also when the body swallowed it: PostgreSQL takes nothing more in this transaction.
    status = connection_->error();
  }
  if (status.ok() && work.wrote) status = transaction.Commit();
  if (!status.ok()) {
    registry_.hook().Aborted();
  } else if (work.wrote) {
    on_commit_();
  }
  return status;
}

absl::StatusOr<sql::Transaction> GroupCommit::Begin() {
  if (connection_) {
    absl::StatusOr<sql::Transaction> transaction =
        sql::Transaction::Begin(*connection_, sql::Transaction::Kind::kWrite);
    if (transaction.ok() || connection_->usable()) return transaction;
    // It died since the last group; nothing is lost by taking another.
    connection_ = sql::Lease();
  }
  ASSIGN_OR_RETURN(connection_, database_.Acquire());
  return sql::Transaction::Begin(*connection_, sql::Transaction::Kind::kWrite);
}

void GroupCommit::LookAtClock(absl::Duration behind) {
  constexpr absl::Duration kMuchBehind = absl::Seconds(1);
  constexpr std::chrono::minutes kPause(1);
  const auto now = std::chrono::steady_clock::now();
  if (behind < kMuchBehind || now < next_warning_) return;
  next_warning_ = now + kPause;
  telemetry::LogWarning("the clock stands before the newest change",
                        {{"behind", behind},
                         {"remedy",
                          "set this machine's clock; until it has caught up, changes are "
                          "dated as that one"}});
}

void GroupCommit::Count(std::span<Pending* const> group, bool committed) {
  MutexLock lock(mutex_);
  if (!committed) {
    counters_.failed += std::ssize(group);
    return;
  }
  ++counters_.groups;
  for (const Pending* pending : group) {
    if (!pending->result.ok()) {
      ++counters_.refused;
    } else if (pending->result->changed) {
      ++counters_.writes;
    }
  }
}

Counters GroupCommit::counters() const {
  MutexLock lock(mutex_);
  Counters counters = counters_;
  counters.waiting = std::ssize(waiting_);
  return counters;
}

}  // namespace clusterwire::store
