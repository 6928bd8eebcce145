#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "libs/base/random.h"
#include "libs/base/threads/mutex.h"
#include "libs/base/time/clock.h"
#include "libs/sql/database.h"
#include "libs/store/log/cursors.h"
#include "libs/store/reader.h"
#include "libs/store/registry.h"
#include "libs/store/resource.h"

namespace clusterwire::store {

class GroupCommit;

// Who writes, and how.
struct WriteOptions {
  std::string caller;      // an opaque subject; becomes the change's actor
  std::string view;        // through whose eyes; opaque, short, the same for the same rights
  std::string trace;       // W3C traceparent
  std::string request_id;  // of this caller under this view; empty: a repeated call is a new one
  std::string method;      // "clusterwire.catalogue.v1.ClusterService/CreateCluster"
  std::string digest;      // of the request's content: tells a retry from a reused id
  bool validate_only = false;  // a dry run: everything is done and nothing kept
  // The moment that a timer's write is about, when its timer fell due; it may be long past. What is
  // put then gets the timers that lie after it. None: now.
  std::optional<absl::Time> as_of = std::nullopt;
  bool quiet = false;  // an import: the changes say so, and cause no notices by default
  // Asked before the answer of an earlier call is given again, with that answer: the caller may
  // have lost the right to it since. Empty: it may always be.
  std::function<absl::Status(const Message& answer)> may_replay = nullptr;
};

struct Written {
  Revision revision;                      // of this write; when it changed nothing, the store's
  std::shared_ptr<const Message> answer;  // the first that was put; null when nothing was
  bool changed = false;
  bool replayed = false;  // the answer of an earlier call with this request id

  template <Resource T>
  absl::StatusOr<T> Answer() const {
    const T* found = dynamic_cast<const T*>(answer.get());
    if (found == nullptr) return absl::InternalError("the write has no answer of this type");
    return *found;
  }
};

struct DueTimer {
  std::string name;
  Timer timer;
};

struct Options {
  int group_limit = 64;      // writes in one transaction
  int waiting_limit = 1000;  // writes that wait; more are RESOURCE_EXHAUSTED with a retry delay
  int put_limit = 1000;      // resources staged by one body
  int64_t change_limit = 500 * 1024;  // bytes of a change's image and Facts together
  int compact_page = 1000;            // log rows and request ids in one transaction of Compact
  absl::Duration request_life = absl::Hours(24);
  // Digests of requests are kept keyed by it, since who reads a database could try what a request
  // held: secret, and the same for all processes. Empty: as they are.
  std::string digest_key = {};
};

// Counted since start, and how many wait now.
struct Counters {
  int64_t waiting = 0;
  int64_t writes = 0;      // committed, with a revision
  int64_t groups = 0;      // transactions they took
  int64_t refused = 0;     // by a body, an etag, a limit
  int64_t overloaded = 0;  // waiting_limit
  int64_t failed = 0;      // by the database
};

// Revisioned resources, what a hook derives from them, and their change log, changed in one
// transaction. Safe for use from any thread.
//
// Writes are serial: each has its own revision, and waiting writes share a transaction and a disk
// flush. Write() without a `done` blocks until that is committed, so call it from a thread that may
// wait, never from a gRPC reaction. Once it answered, the write survives a crash; killed before the
// commit, nothing happened; killed between, a retry with the same request id gets the stored
// answer. Reads never queue behind writes.
class Store {
 public:
  // No outside effects: it may run twice.
  using Body = std::function<absl::Status(Writer&)>;

  // Creates or migrates the tables. All four arguments by reference outlive the store.
  static absl::StatusOr<std::unique_ptr<Store>> Open(sql::Database& database, Registry registry,
                                                     Clock& clock, Random& random,
                                                     Options options = {});
  ~Store();
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  // The body's own error or the hook's as it is, or: ALREADY_EXISTS, reason REQUEST_ID_REUSED (same
  // caller, view and id, other content); INVALID_ARGUMENT for what the database can't hold;
  // RESOURCE_EXHAUSTED; UNAVAILABLE when the database is away (with a request id the call may be
  // repeated safely).
  absl::StatusOr<Written> Write(const WriteOptions& call, const Body& body);
  // The same without waiting: `done` gets the result, once, under no lock, by this thread before
  // this returns or by another. It may take no long time and wait for no other write. What `body`
  // refers to lives until then.
  using Done = std::function<void(absl::StatusOr<Written>)>;
  void Write(WriteOptions call, Body body, Done done);

  // The newest revision. OUT_OF_RANGE, reason FUTURE_REVISION, when it is below `at_least`.
  absl::StatusOr<std::unique_ptr<Reader>> Read(Revision at_least = {});
  absl::StatusOr<Revision> revision();
  // Every resource that has Facts, in the order of names, at the revision that it gives. An error
  // of `visit` ends that.
  using VisitFacts =
      absl::FunctionRef<absl::Status(const std::string& name, const std::string& facts)>;
  absl::StatusOr<Revision> ReadFacts(VisitFacts visit);

  // The changes after `after`, oldest first: whole revisions, as many as fit in `limit` changes but
  // at least one. OUT_OF_RANGE, reason REVISION_COMPACTED or FUTURE_REVISION, when the log can't
  // say; empty when there are none yet.
  // Without images for those who look at Facts alone: `Change::after` is null then.
  absl::StatusOr<std::vector<Change>> Changes(Position after, int limit,
                                              Images images = Images::kRead);
  // What was changed after `after`, at most `limit`, oldest first, without what it was and is:
  // cheap for who looks for few among many. A page may end within a revision. Errors as Changes.
  absl::StatusOr<std::vector<TouchedName>> Touched(Position after, int limit);
  // The changes after `after`, at most `limit`, of these resources, of what lies under them and of
  // what was about them then, oldest first. Errors as Changes.
  absl::StatusOr<std::vector<Change>> ChangesOf(const std::vector<std::string>& names,
                                                Position after, int limit);
  // The changes of one resource, newest first, before the revision `before` (zero: from the
  // newest).
  absl::StatusOr<std::vector<Change>> HistoryOf(std::string_view name, Revision before, int limit);

  // How many changes stand behind `after`, up to and with `through`.
  absl::StatusOr<int64_t> CountChanges(Position after, Position through);
  // The first revision that was written at `time` or later; none when there is none yet.
  absl::StatusOr<std::optional<Revision>> FirstSince(absl::Time time);

  Cursors& cursors() { return cursors_; }

  // Timers whose time has come, earliest first.
  absl::StatusOr<std::vector<DueTimer>> DueTimers(absl::Time now, int limit);
  absl::Status DropTimer(const DueTimer& timer);

  // The id under which changes are written: revision numbers mean something only with it. A new
  // one is started by an operator after a backup was restored. What stands in the log after `sent`
  // gets the new id too: it may have been written since then, under revisions that the world
  // outside knows as others.
  absl::StatusOr<std::string> history();
  absl::StatusOr<std::string> StartNewHistory(Position sent);

  // Numbers that outlive the process, by name: 0 when there is none; KeepSetting says what is kept.
  absl::StatusOr<int64_t> Setting(std::string_view name);
  absl::Status SetSetting(std::string_view name, int64_t value);
  absl::StatusOr<int64_t> KeepSetting(std::string_view name, int64_t value);

  // One page of the hook's refresh; false when nothing is left to do.
  absl::StatusOr<bool> Refresh();
  // For the hook: derives the next `limit` resources after `after` anew, in one quiet write; its
  // changes name `cause`. The last of them, or "" when there are none.
  absl::StatusOr<std::string> Rederive(std::string_view after, int limit, std::string_view cause);
  // For the hook: derives up to `limit` stale resources anew, in one write that is as quiet as the
  // one that left them; false when there are none.
  absl::StatusOr<bool> RederiveStale(int limit);
  // Looks at the next page of log rows older than `horizon`, never past a cursor, and removes what
  // a newer one of the same name there has replaced; of a purged name nothing stays. Removes a page
  // of request ids past their life. False when nothing is left to do.
  absl::StatusOr<bool> Compact(absl::Time horizon);

  // Notifies `wakeup` after each commit of this process, until Unsubscribe.
  void Subscribe(Wakeup* wakeup);
  void Unsubscribe(Wakeup* wakeup);

  // What the clock says that this store's writes are stamped by.
  absl::Time Now() const { return clock_.Now(); }

  Counters counters() const;
  const Registry& registry() const { return registry_; }
  Clock& clock() const { return clock_; }

 private:
  Store(sql::Database& database, Registry registry, Clock& clock, Random& random, Options options);
  // Requests' digests as they are kept.
  WriteOptions Keyed(WriteOptions call) const;
  void Notify();

  sql::Database& database_;
  const Registry registry_;
  Clock& clock_;
  Random& random_;
  const Options options_;
  Mutex mutex_;
  std::vector<Wakeup*> wakeups_ ABSL_GUARDED_BY(mutex_);
  Cursors cursors_;
  const std::unique_ptr<GroupCommit> commit_;
};

}  // namespace clusterwire::store
