#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "libs/base/time/clock.h"
#include "libs/store/log/log.h"
#include "libs/store/reader.h"
#include "libs/store/tables/stale.h"
#include "libs/store/tables/tables.h"

namespace clusterwire::store {

// The transaction of a group of writes: what each of them works on.
struct GroupTransaction {
  GroupTransaction(sql::Connection& on, const Registry& types, const Options& limits)
      : connection(on),
        registry(types),
        options(limits),
        rows(on, types),
        log(on, types),
        requests(on, types, limits.request_life),
        settings(on),
        stale(on) {}

  // Takes the lock that makes writes serial, and reads where the store stands, and then the time.
  absl::Status Lock(Clock& clock);
  // Writes what was kept for the end, and how far the store has come by it: before the commit, and
  // before anything that looks at those tables.
  absl::Status Flush();

  sql::Connection& connection;
  const Registry& registry;
  const Options& options;
  const Rows rows;
  const Log log;
  const Requests requests;
  const Settings settings;
  const Stale stale;
  std::string history;
  Revision current;
  Revision flushed;  // as the tables say
  LogRows log_rows;
  RequestRows request_rows;
  absl::Time now;
  // What the log says of these writes: never before what it says of earlier ones, also when the
  // clock was set back or another process's is ahead.
  absl::Time logged_at;
  bool wrote = false;  // anything at all
};

// A resource as a body leaves it.
struct Staged {
  std::string name;
  const ResourceType* type = nullptr;
  const ResourceRow* before = nullptr;   // null: there is none yet
  std::shared_ptr<const Message> image;  // stamped; null: purged, or a refused creation
  bool purged = false;
  std::string kind;
  std::string cause;     // the resource whose change brought this one along; mostly none
  bool put = false;      // a Put of it was taken
  bool changed = false;  // anything but stamps differs from `before`
};

// The rows that one body and the work after it have looked at. Nothing else writes meanwhile: the
// revision row is locked.
class RowCache {
 public:
  explicit RowCache(const Rows& rows) : rows_(rows) {}

  // Null when there is none. The pointers live as long as the cache.
  absl::StatusOr<const ResourceRow*> Find(std::string_view name);
  // As in Rows.
  absl::StatusOr<std::vector<const ResourceRow*>> Scan(const ScanOptions& options) {
    return Keep(rows_.Scan(options));
  }
  absl::StatusOr<std::vector<const ResourceRow*>> LinkedTo(std::string_view other, int64_t limit) {
    return Keep(rows_.LinkedTo(other, limit));
  }

 private:
  absl::StatusOr<std::vector<const ResourceRow*>> Keep(
      absl::StatusOr<std::vector<ResourceRow>> rows);

  const Rows& rows_;
  std::map<std::string, std::optional<ResourceRow>, std::less<>> found_;
};

// What one body sees and stages, and what the hook then derives from. Lives for one run of the
// body, on its thread.
class Staging final : public Writer {
 public:
  Staging(const GroupTransaction& group, absl::Time as_of)
      : group_(group), as_of_(as_of), cache_(group.rows) {}

  Revision revision() const override { return group_.current; }
  absl::Time now() const override { return group_.now; }
  absl::Time as_of() const override { return as_of_; }
  absl::Status Load(std::string_view name, Message* out) const override;
  absl::StatusOr<std::vector<Scanned>> Scan(const ScanOptions& options) const override;
  absl::StatusOr<std::vector<Scanned>> About(std::string_view other, std::string_view type,
                                             int limit) const override;
  absl::StatusOr<std::optional<std::string>> GetFacts(std::string_view name) const override;
  absl::StatusOr<std::shared_ptr<const Hook::Context>> context() const override {
    return registry().hook().ContextOf(*this);
  }
  using Writer::Put;
  absl::Status Put(const Message& next, std::string_view kind, std::string_view cause) override;
  absl::Status Purge(std::string_view name, std::string_view kind) override;
  void SetAnswer(std::unique_ptr<const Message> answer) override { answer_ = std::move(answer); }
  void DropTimer(std::string_view name, const Timer& timer) override;
  void DeriveLater(const std::string& name, std::string_view cause, Later how) override {
    later_.emplace(name, LeftToLater{std::string(cause), how});
  }

  // Marks a resource to be derived anew although the body doesn't put it; its change names `cause`.
  void Rederive(const std::string& name, std::string_view cause) {
    rederived_.emplace(name, cause);
  }

  // Null unless the body changed it.
  const Staged* Changed(std::string_view name) const;
  // All that it changed, in the order of first staging.
  std::vector<const Staged*> Changed() const;
  // What SetAnswer said, else what the first Put that was taken left; null when none was.
  std::shared_ptr<const Message> answer() const;
  const std::vector<std::pair<std::string, Timer>>& dropped_timers() const { return dropped_; }
  // By name, with the cause.
  const std::map<std::string, std::string, std::less<>>& rederived() const { return rederived_; }
  // The same of what DeriveLater named.
  struct LeftToLater {
    std::string cause;
    Later how;
  };
  const std::map<std::string, LeftToLater, std::less<>>& later() const { return later_; }
  RowCache& cache() const { return cache_; }
  const Registry& registry() const { return group_.registry; }
  const Settings& settings() const { return group_.settings; }
  const Stale& stale() const { return group_.stale; }

 private:
  absl::StatusOr<Staged*> Entry(std::string_view name, const ResourceType& type);
  absl::Status CheckEtag(const Message& next, const Staged& entry) const;

  const GroupTransaction& group_;
  const absl::Time as_of_;
  mutable RowCache cache_;
  std::map<std::string, Staged, std::less<>> staged_;
  std::vector<const Staged*> order_;
  std::shared_ptr<const Message> answer_;
  std::vector<std::pair<std::string, Timer>> dropped_;
  std::map<std::string, std::string, std::less<>> rederived_;
  std::map<std::string, LeftToLater, std::less<>> later_;
};

// Shared by the readers inside and outside of a write.
absl::Status CheckScan(const ScanOptions& options);
absl::StatusOr<Scanned> ToScanned(ResourceRow row);
absl::Status LoadRow(const ResourceRow* row, std::string_view name, Message* out);

}  // namespace clusterwire::store
