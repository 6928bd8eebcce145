#include "libs/store/write/group_commit.h"

#include <algorithm>
#include <iterator>
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
                         Clock& clock, Random& random, std::function<void()> on_commit)
    : database_(database),
      registry_(registry),
      options_(options),
      clock_(clock),
      on_commit_(std::move(on_commit)),
      leader_(clock, random, [this]() -> absl::StatusOr<absl::Time> {
        bool leads = false;
        {
          MutexLock lock(mutex_);
          leads = std::exchange(handed_over_, false);
        }
        if (leads) Lead(/*own=*/nullptr);
        return absl::InfiniteFuture();
      }) {}

GroupCommit::~GroupCommit() {
  MutexLock lock(mutex_);
  while (led_) unled_.Wait(mutex_);
}

absl::StatusOr<Written> GroupCommit::Write(const WriteOptions& call, const StagingBody& body) {
  absl::StatusOr<Written> result;
  Wakeup done;
  Write(call, std::cref(body), [&](absl::StatusOr<Written> written) {
    result = std::move(written);
    done.Notify();
  });
  while (!done.WaitFor(absl::Hours(1))) {
  }
  return result;
}

void GroupCommit::Write(WriteOptions call, StagingBody body, Done done) {
  auto own = std::make_unique<Pending>(Pending{std::move(call), std::move(body), std::move(done)});
  const Pending* const leading = own.get();
  bool full = false;
  {
    MutexLock lock(mutex_);
    full = waiting_.size() >= static_cast<size_t>(options_.waiting_limit);
    if (full) {
      ++counters_.overloaded;
    } else {
      waiting_.push_back(std::move(own));
      if (std::exchange(led_, true)) return;
    }
  }
  if (!full) return Lead(leading);
  own->done(WithRetryDelay(
      Error(absl::StatusCode::kResourceExhausted, "WRITES_WAITING",
            absl::StrCat(options_.waiting_limit, " writes wait already: try again later")),
      absl::Seconds(1)));
}

void GroupCommit::Lead(const Pending* own) {
  for (bool leads = true; leads;) {
    const Group group = TakeGroup();
    RunGroup(group);
    const bool served =
        own != nullptr &&
        std::ranges::find(group, own, &std::unique_ptr<Pending>::get) != group.end();
    leads = LeadsOn(served);
    // Perhaps beside the next group, and, when this was the last, beside the end of all this.
    for (const auto& pending : group) pending->done(std::move(pending->result));
  }
}

GroupCommit::Group GroupCommit::TakeGroup() {
  MutexLock lock(mutex_);
  const auto end =
      waiting_.begin() + std::min<std::ptrdiff_t>(options_.group_limit, std::ssize(waiting_));
  Group group(std::make_move_iterator(waiting_.begin()), std::make_move_iterator(end));
  waiting_.erase(waiting_.begin(), end);
  return group;
}

bool GroupCommit::LeadsOn(bool served) {
  MutexLock lock(mutex_);
  if (waiting_.empty()) {
    led_ = false;
    unled_.NotifyAll();
    return false;
  }
  if (!served) return true;
  handed_over_ = true;
  leader_.Wake();
  return false;
}

void GroupCommit::RunGroup(std::span<const std::unique_ptr<Pending>> group) {
  absl::Status status = RunTogether(group);
  // On SQLite all who write take turns on one connection.
  if (connection_ && connection_->dialect() == sql::Dialect::kSqlite) connection_ = sql::Lease();
  if (IsDataError(status) && group.size() > 1) {
    for (const auto& pending : group) RunGroup({&pending, 1});
    return;
  }
  if (!status.ok()) {
    for (const auto& pending : group) pending->result = status;
  }
  Count(group, status.ok());
}

absl::Status GroupCommit::RunTogether(std::span<const std::unique_ptr<Pending>> group) {
  ASSIGN_OR_RETURN(sql::Transaction transaction, Begin());
  GroupTransaction work(*connection_, registry_, options_);
  absl::Status status = work.Lock(clock_);
  LookAtClock(work.logged_at - work.now);
  for (const auto& pending : group) {
    if (!status.ok()) break;
    pending->result = RunWrite(work, pending->call, pending->body);
    // Also when the body swallowed it: PostgreSQL takes nothing more in this transaction.
    status = connection_->error();
  }
  if (status.ok()) status = work.Flush();
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
  ASSIGN_OR_RETURN(connection_, database_.AcquireToWrite());
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

void GroupCommit::Count(std::span<const std::unique_ptr<Pending>> group, bool committed) {
  MutexLock lock(mutex_);
  if (!committed) {
    counters_.failed += std::ssize(group);
    return;
  }
  ++counters_.groups;
  for (const auto& pending : group) {
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
