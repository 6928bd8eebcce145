#include "libs/store/store.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

#include "libs/base/status/error.h"
#include "libs/base/threads/mutex.h"
#include "libs/sql/connection.h"
#include "libs/store/log/log.h"
#include "libs/store/tables/requests.h"
#include "libs/store/tables/rows.h"
#include "libs/store/tables/schema.h"
#include "libs/store/tables/settings.h"
#include "libs/store/tables/snapshot.h"
#include "libs/store/write/group_commit.h"

namespace clusterwire::store {

class Store::Impl {
 public:
  Impl(sql::Database& on, Registry types, Clock& time, Random& ids, Options limits)
      : database(on),
        registry(std::move(types)),
        clock(time),
        random(ids),
        options(limits),
        cursors(on, time),
        commit(on, registry, options, time, [this] { Notify(); }) {}

  void Notify() {
    MutexLock lock(mutex);
    for (Wakeup* wakeup : wakeups) wakeup->Notify();
  }

  sql::Database& database;
  const Registry registry;
  Clock& clock;
  Random& random;
  const Options options;
  Mutex mutex;
  std::vector<Wakeup*> wakeups ABSL_GUARDED_BY(mutex);
  Cursors cursors;
  GroupCommit commit;
};

absl::StatusOr<std::unique_ptr<Store>> Store::Open(sql::Database& database, Registry registry,
                                                   Clock& clock, Random& random, Options options) {
  RETURN_IF_ERROR(CreateSchema(database, registry, random));
  return std::unique_ptr<Store>(
      new Store(std::make_unique<Impl>(database, std::move(registry), clock, random, options)));
}

Store::Store(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Store::~Store() = default;

absl::StatusOr<Written> Store::Write(const Call& call, const Body& body) {
  return impl_->commit.Write(call, [&body](Staging& staging) { return body(staging); });
}

absl::StatusOr<std::unique_ptr<Reader>> Store::Read(Revision at_least) {
  ASSIGN_OR_RETURN(std::unique_ptr<Snapshot> snapshot,
                   Snapshot::Open(impl_->database, impl_->registry));
  if (snapshot->revision() < at_least) {
    return Error(absl::StatusCode::kOutOfRange, "FUTURE_REVISION",
                 absl::StrCat("revision ", at_least.value, " isn't written yet; the newest is ",
                              snapshot->revision().value));
  }
  return snapshot;
}

absl::StatusOr<Revision> Store::revision() {
  ASSIGN_OR_RETURN(sql::Lease connection, impl_->database.Acquire());
  ASSIGN_OR_RETURN(const sql::Result result, connection->Query("SELECT value FROM revision"));
  return Revision{result.rows.empty() ? 0 : result.rows[0].Int(0)};
}

absl::StatusOr<std::vector<Change>> Store::Changes(Position after, int limit) {
  if (limit < 1) return absl::InvalidArgumentError("the log is read with a limit above 0");
  ASSIGN_OR_RETURN(sql::Lease connection, impl_->database.Acquire());
  ASSIGN_OR_RETURN(sql::Transaction transaction,
                   sql::Transaction::Begin(*connection, sql::Transaction::Kind::kRead));
  return Log(*connection, impl_->registry).After(after, limit);
}

absl::StatusOr<std::vector<Change>> Store::ChangesOf(const std::vector<std::string>& names,
                                                     Position after, int limit) {
  if (limit < 1) return absl::InvalidArgumentError("the log is read with a limit above 0");
  ASSIGN_OR_RETURN(sql::Lease connection, impl_->database.Acquire());
  ASSIGN_OR_RETURN(sql::Transaction transaction,
                   sql::Transaction::Begin(*connection, sql::Transaction::Kind::kRead));
  return Log(*connection, impl_->registry).OfNames(names, after, limit);
}

absl::StatusOr<std::vector<Change>> Store::HistoryOf(std::string_view name, Revision before,
                                                     int limit) {
  ASSIGN_OR_RETURN(sql::Lease connection, impl_->database.Acquire());
  return Log(*connection, impl_->registry).HistoryOf(name, before, limit);
}

Cursors& Store::cursors() { return impl_->cursors; }

absl::StatusOr<std::vector<DueTimer>> Store::DueTimers(absl::Time now, int limit) {
  ASSIGN_OR_RETURN(sql::Lease connection, impl_->database.Acquire());
  ASSIGN_OR_RETURN(const sql::Result result,
                   connection->Query("SELECT time, name, what FROM timer WHERE time <= $1 "
                                     "ORDER BY time, name, what LIMIT $2",
                                     {absl::ToUnixMicros(now), limit}));
  std::vector<DueTimer> due;
  for (const sql::Row& row : result.rows) {
    due.push_back({row.Text(1), {absl::FromUnixMicros(row.Int(0)), row.Text(2)}});
  }
  return due;
}

absl::Status Store::DropTimer(const DueTimer& timer) {
  ASSIGN_OR_RETURN(sql::Lease connection, impl_->database.Acquire());
  return Rows(*connection, impl_->registry).DropTimer(timer.name, timer.timer);
}

absl::StatusOr<std::string> Store::history() {
  ASSIGN_OR_RETURN(sql::Lease connection, impl_->database.Acquire());
  ASSIGN_OR_RETURN(
      const sql::Result result,
      connection->Query("SELECT id FROM history ORDER BY first_revision DESC LIMIT 1"));
  if (result.rows.empty()) return absl::InternalError("the table history is empty");
  return result.rows[0].Text(0);
}

absl::StatusOr<std::string> Store::StartNewHistory(Position sent) {
  ASSIGN_OR_RETURN(sql::Lease connection, impl_->database.Acquire());
  ASSIGN_OR_RETURN(sql::Transaction transaction,
                   sql::Transaction::Begin(*connection, sql::Transaction::Kind::kWrite));
  GroupTransaction work(*connection, impl_->registry, impl_->options);
  RETURN_IF_ERROR(work.Lock());
  const std::string id = RandomId(impl_->random);
  const int64_t first = work.current.value + 1;
  // One under which nothing was written is forgotten.
  RETURN_IF_ERROR(connection->Execute("DELETE FROM history WHERE first_revision = $1", {first}));
  RETURN_IF_ERROR(
      connection->Execute("INSERT INTO history(id, first_revision) VALUES($1, $2)", {id, first}));
  RETURN_IF_ERROR(
      connection->Execute("UPDATE change SET history = $1 WHERE (revision, ordinal) > ($2, $3)",
                          {id, sent.revision.value, sent.ordinal}));
  RETURN_IF_ERROR(transaction.Commit());
  return id;
}

absl::StatusOr<int64_t> Store::Setting(std::string_view name) {
  ASSIGN_OR_RETURN(sql::Lease connection, impl_->database.Acquire());
  return Settings(*connection).Get(name);
}

absl::Status Store::SetSetting(std::string_view name, int64_t value) {
  ASSIGN_OR_RETURN(sql::Lease connection, impl_->database.Acquire());
  return Settings(*connection).Set(name, value);
}

absl::StatusOr<int64_t> Store::KeepSetting(std::string_view name, int64_t value) {
  ASSIGN_OR_RETURN(sql::Lease connection, impl_->database.Acquire());
  return Settings(*connection).Keep(name, value);
}

absl::StatusOr<bool> Store::Refresh() { return impl_->registry.hook().RefreshPage(*this); }

absl::StatusOr<std::string> Store::Rederive(std::string_view after, int limit,
                                            std::string_view cause) {
  Call call;
  call.caller = "store";
  call.quiet = true;
  std::string last;
  const StagingBody body = [&](Staging& staging) -> absl::Status {
    ScanOptions page;
    page.after = after;
    page.limit = limit;
    ASSIGN_OR_RETURN(const std::vector<const ResourceRow*> rows, staging.cache().Scan(page));
    std::vector<std::string> names;
    for (const ResourceRow* row : rows) names.push_back(row->name);
    last = names.empty() ? "" : names.back();
    staging.Rederive(std::move(names));
    return absl::OkStatus();
  };
  RETURN_IF_ERROR(impl_->commit.Write(call, body, cause).status());
  return last;
}

absl::StatusOr<bool> Store::Compact(absl::Time horizon) {
  const int page = impl_->options.compact_page;
  ASSIGN_OR_RETURN(sql::Lease connection, impl_->database.Acquire());
  ASSIGN_OR_RETURN(sql::Transaction transaction,
                   sql::Transaction::Begin(*connection, sql::Transaction::Kind::kWrite));
  ASSIGN_OR_RETURN(const int64_t requests,
                   Requests(*connection, impl_->registry, impl_->options.request_life)
                       .RemoveOld(impl_->clock.Now(), page));
  ASSIGN_OR_RETURN(const bool more, Log(*connection, impl_->registry).Compact(horizon, page));
  RETURN_IF_ERROR(transaction.Commit());
  return more || requests == page;
}

void Store::Subscribe(Wakeup* wakeup) {
  MutexLock lock(impl_->mutex);
  impl_->wakeups.push_back(wakeup);
}

void Store::Unsubscribe(Wakeup* wakeup) {
  MutexLock lock(impl_->mutex);
  std::erase(impl_->wakeups, wakeup);
}

Counters Store::counters() const { return impl_->commit.counters(); }
const Registry& Store::registry() const { return impl_->registry; }

}  // namespace clusterwire::store
