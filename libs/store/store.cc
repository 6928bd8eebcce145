#include "libs/store/store.h"

#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

#include "libs/base/crypto.h"
#include "libs/base/status/error.h"
#include "libs/sql/connection.h"
#include "libs/store/log/log.h"
#include "libs/store/tables/stale.h"
#include "libs/store/tables/tables.h"
#include "libs/store/write/group_commit.h"

namespace clusterwire::store {
namespace {

constexpr auto kRead = sql::Transaction::Kind::kRead;
constexpr auto kWrite = sql::Transaction::Kind::kWrite;
constexpr char kOwnWrites[] = "store";  // who makes them

// The store at one revision, outside of a write: a read transaction on a connection of the pool.
class Snapshot final : public Reader {
 public:
  Snapshot(sql::Lease connection, sql::Transaction transaction, Revision revision,
           const Registry& registry)
      : connection_(std::move(connection)),
        transaction_(std::move(transaction)),
        revision_(revision),
        rows_(*connection_, registry) {}

  Revision revision() const override { return revision_; }

  absl::Status Load(std::string_view name, Message* out) const override {
    ASSIGN_OR_RETURN(const ResourceRow* row, Find(name));
    return LoadRow(row, name, out);
  }

  absl::StatusOr<std::vector<Scanned>> Scan(const ScanOptions& options) const override {
    RETURN_IF_ERROR(CheckScan(options));
    ASSIGN_OR_RETURN(std::vector<ResourceRow> rows, rows_.Scan(options));
    std::vector<Scanned> result(rows.size());
    for (size_t i = 0; i < rows.size(); ++i) {
      ASSIGN_OR_RETURN(result[i], ToScanned(std::move(rows[i])));
    }
    return result;
  }

  absl::StatusOr<std::vector<Scanned>> About(std::string_view other, std::string_view type,
                                             int limit) const override {
    ASSIGN_OR_RETURN(std::vector<ResourceRow> rows, rows_.About(other, type, limit));
    std::vector<Scanned> result(rows.size());
    for (size_t i = 0; i < rows.size(); ++i) {
      ASSIGN_OR_RETURN(result[i], ToScanned(std::move(rows[i])));
    }
    return result;
  }

  absl::StatusOr<std::optional<std::string>> GetFacts(std::string_view name) const override {
    ASSIGN_OR_RETURN(const ResourceRow* row, Find(name));
    if (row == nullptr) return NotFoundError(name);
    return row->facts;
  }

 private:
  // Null when there is none; until the next call. Who asks for a resource asks for its Facts too.
  absl::StatusOr<const ResourceRow*> Find(std::string_view name) const {
    if (!last_ || last_->name != name) {
      ASSIGN_OR_RETURN(last_, rows_.Find(name));
    }
    return last_ ? &*last_ : nullptr;
  }

  const sql::Lease connection_;
  const sql::Transaction transaction_;
  const Revision revision_;
  const Rows rows_;
  mutable std::optional<ResourceRow> last_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Store>> Store::Open(sql::Database& database, Registry registry,
                                                   Clock& clock, Random& random, Options options) {
  RETURN_IF_ERROR(CreateSchema(database, registry, random));
  return std::unique_ptr<Store>(new Store(database, std::move(registry), clock, random, options));
}

Store::Store(sql::Database& database, Registry registry, Clock& clock, Random& random,
             Options options)
    : database_(database),
      registry_(std::move(registry)),
      clock_(clock),
      random_(random),
      options_(options),
      cursors_(database, clock),
      commit_(std::make_unique<GroupCommit>(database, registry_, options_, clock, random,
                                            [this] { Notify(); })) {}

Store::~Store() = default;

absl::StatusOr<Written> Store::Write(const WriteOptions& call, const Body& body) {
  if (options_.digest_key.empty() || call.digest.empty()) {
    return commit_->Write(call, std::cref(body));
  }
  return commit_->Write(Keyed(call), std::cref(body));
}

void Store::Write(WriteOptions call, Body body, Done done) {
  commit_->Write(Keyed(std::move(call)), std::move(body), std::move(done));
}

WriteOptions Store::Keyed(WriteOptions call) const {
  if (options_.digest_key.empty() || call.digest.empty()) return call;
  call.digest = absl::BytesToHexString(HmacSha256(options_.digest_key, call.digest));
  return call;
}

absl::StatusOr<std::unique_ptr<Reader>> Store::Read(Revision at_least) {
  ASSIGN_OR_RETURN(sql::Lease connection, database_.Acquire());
  ASSIGN_OR_RETURN(sql::Transaction transaction, sql::Transaction::Begin(*connection, kRead));
  // On both databases the first statement decides which state is seen from then on.
  ASSIGN_OR_RETURN(const Revision newest, ReadRevision(*connection));
  if (newest < at_least) {
    return Error(absl::StatusCode::kOutOfRange, "FUTURE_REVISION",
                 absl::StrCat("revision ", at_least.value, " isn't written yet; the newest is ",
                              newest.value));
  }
  return std::make_unique<Snapshot>(std::move(connection), std::move(transaction), newest,
                                    registry_);
}

absl::StatusOr<Revision> Store::revision() {
  ASSIGN_OR_RETURN(sql::Lease connection, database_.Acquire());
  return ReadRevision(*connection);
}

absl::StatusOr<Revision> Store::ReadFacts(VisitFacts visit) {
  constexpr size_t kPage = 1000;
  const auto read = [&](sql::Connection& connection) -> absl::StatusOr<Revision> {
    ASSIGN_OR_RETURN(const Revision revision, ReadRevision(connection));
    std::string after;
    while (true) {
      ASSIGN_OR_RETURN(const std::vector<NamedFacts> page,
                       Rows(connection, registry_).ScanFacts(after, kPage));
      for (const NamedFacts& one : page) RETURN_IF_ERROR(visit(one.name, one.facts));
      if (page.size() < kPage) return revision;
      after = page.back().name;
    }
  };
  return sql::InTransaction(database_, kRead, read);
}

absl::StatusOr<std::vector<Change>> Store::Changes(Position after, int limit, Images images) {
  return sql::InTransaction(database_, kRead, [&](sql::Connection& connection) {
    return Log(connection, registry_).After(after, limit, images);
  });
}

absl::StatusOr<std::vector<TouchedName>> Store::Touched(Position after, int limit) {
  return sql::InTransaction(database_, kRead, [&](sql::Connection& connection) {
    return Log(connection, registry_).TouchedAfter(after, limit);
  });
}

absl::StatusOr<std::vector<Change>> Store::ChangesOf(const std::vector<std::string>& names,
                                                     Position after, int limit) {
  return sql::InTransaction(database_, kRead, [&](sql::Connection& connection) {
    return Log(connection, registry_).OfNames(names, after, limit);
  });
}

absl::StatusOr<std::vector<Change>> Store::HistoryOf(std::string_view name, Revision before,
                                                     int limit) {
  ASSIGN_OR_RETURN(sql::Lease connection, database_.Acquire());
  return Log(*connection, registry_).HistoryOf(name, before, limit);
}

absl::StatusOr<int64_t> Store::CountChanges(Position after, Position through) {
  ASSIGN_OR_RETURN(sql::Lease connection, database_.Acquire());
  return Log(*connection, registry_).Count(after, through);
}

absl::StatusOr<std::optional<Revision>> Store::FirstSince(absl::Time time) {
  ASSIGN_OR_RETURN(sql::Lease connection, database_.Acquire());
  return Log(*connection, registry_).FirstSince(time);
}

absl::StatusOr<std::vector<DueTimer>> Store::DueTimers(absl::Time now, int limit) {
  ASSIGN_OR_RETURN(sql::Lease connection, database_.Acquire());
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
  ASSIGN_OR_RETURN(sql::Lease connection, database_.AcquireToWrite());
  return Rows(*connection, registry_).DropTimer(timer.name, timer.timer);
}

absl::StatusOr<std::string> Store::history() {
  ASSIGN_OR_RETURN(sql::Lease connection, database_.Acquire());
  return ReadHistory(*connection);
}

absl::StatusOr<std::string> Store::StartNewHistory(Position sent) {
  const auto start = [&](sql::Connection& connection) -> absl::StatusOr<std::string> {
    ASSIGN_OR_RETURN(const Revision newest, ReadRevision(connection, /*lock=*/true));
    const std::string id = RandomId(random_);
    const int64_t first = newest.value + 1;
    // One under which nothing was written is forgotten.
    RETURN_IF_ERROR(connection.Execute("DELETE FROM history WHERE first_revision = $1", {first}));
    RETURN_IF_ERROR(
        connection.Execute("INSERT INTO history(id, first_revision) VALUES($1, $2)", {id, first}));
    RETURN_IF_ERROR(
        connection.Execute("UPDATE change SET history = $1 WHERE (revision, ordinal) > ($2, $3)",
                           {id, sent.revision.value, sent.ordinal}));
    return id;
  };
  return sql::InTransaction(database_, kWrite, start);
}

absl::StatusOr<int64_t> Store::Setting(std::string_view name) {
  ASSIGN_OR_RETURN(sql::Lease connection, database_.Acquire());
  return Settings(*connection).Get(name);
}

absl::Status Store::SetSetting(std::string_view name, int64_t value) {
  ASSIGN_OR_RETURN(sql::Lease connection, database_.AcquireToWrite());
  return Settings(*connection).Set(name, value);
}

absl::StatusOr<int64_t> Store::KeepSetting(std::string_view name, int64_t value) {
  ASSIGN_OR_RETURN(sql::Lease connection, database_.AcquireToWrite());
  return Settings(*connection).Keep(name, value);
}

absl::StatusOr<bool> Store::Refresh() { return registry_.hook().RefreshPage(*this); }

absl::StatusOr<std::string> Store::Rederive(std::string_view after, int limit,
                                            std::string_view cause) {
  WriteOptions call;
  call.caller = kOwnWrites;
  call.quiet = true;
  std::string last;
  const StagingBody body = [&](Staging& staging) -> absl::Status {
    ScanOptions page;
    page.after = after;
    page.limit = limit;
    ASSIGN_OR_RETURN(const std::vector<const ResourceRow*> rows, staging.cache().Scan(page));
    for (const ResourceRow* row : rows) staging.Rederive(row->name, cause);
    last = rows.empty() ? "" : rows.back()->name;
    return absl::OkStatus();
  };
  RETURN_IF_ERROR(commit_->Write(call, body).status());
  return last;
}

absl::StatusOr<bool> Store::RederiveStale(int limit) {
  std::vector<Stale::Entry> page;
  {
    ASSIGN_OR_RETURN(sql::Lease connection, database_.Acquire());
    ASSIGN_OR_RETURN(page, Stale(*connection).Next(limit));
  }
  if (page.empty()) return false;
  WriteOptions call;
  call.caller = kOwnWrites;
  call.quiet = page.front().quiet;
  const StagingBody body = [&](Staging& staging) -> absl::Status {
    for (const Stale::Entry& entry : page) staging.Rederive(entry.name, entry.cause);
    return absl::OkStatus();
  };
  RETURN_IF_ERROR(commit_->Write(call, body).status());
  return true;
}

absl::StatusOr<bool> Store::Compact(absl::Time horizon) {
  const int page = options_.compact_page;
  return sql::InTransaction(
      database_, kWrite, [&](sql::Connection& connection) -> absl::StatusOr<bool> {
        const Requests requests(connection, registry_, options_.request_life);
        ASSIGN_OR_RETURN(const int64_t removed, requests.RemoveOld(clock_.Now(), page));
        ASSIGN_OR_RETURN(const bool more, Log(connection, registry_).Compact(horizon, page));
        return more || removed == page;
      });
}

void Store::Subscribe(Wakeup* wakeup) {
  MutexLock lock(mutex_);
  wakeups_.push_back(wakeup);
}

void Store::Unsubscribe(Wakeup* wakeup) {
  MutexLock lock(mutex_);
  std::erase(wakeups_, wakeup);
}

void Store::Notify() {
  MutexLock lock(mutex_);
  for (Wakeup* wakeup : wakeups_) wakeup->Notify();
}

Counters Store::counters() const { return commit_->counters(); }

}  // namespace clusterwire::store
