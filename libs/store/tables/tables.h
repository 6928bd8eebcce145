#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "libs/base/random.h"
#include "libs/sql/connection.h"
#include "libs/sql/database.h"
#include "libs/store/reader.h"
#include "libs/store/registry.h"
#include "libs/store/store.h"

// All tables but the log's. What takes a connection works in one transaction of it, on one thread.
namespace clusterwire::store {

// Creates or migrates the tables, the log's too, begins the first history and files the changes
// that an earlier release wrote.
absl::Status CreateSchema(sql::Database& database, const Registry& registry, Random& random);

// The newest revision. `lock`: holds up other writers until the transaction ends.
absl::StatusOr<Revision> ReadRevision(sql::Connection& connection, bool lock = false);
// The id of the newest history.
absl::StatusOr<std::string> ReadHistory(sql::Connection& connection);

// A row of the table `resource`.
struct ResourceRow {
  const ResourceType* type = nullptr;
  std::string name;
  Revision revision;
  std::string data;
  std::optional<std::string> own_facts;
  std::optional<std::string> facts;
  bool deleted = false;
};

// What is read of such a row for those who look at Facts alone.
struct NamedFacts {
  std::string name;
  std::string facts;
};

absl::StatusOr<std::unique_ptr<Message>> ParseResource(const ResourceType& type,
                                                       const std::string& data);

// Null for an absent value.
sql::Value BytesOrNull(std::optional<std::string> data);
std::optional<std::string> OptionalBytes(const sql::Row& row, size_t column);

// Resources, their links and timers, without any rule.
class Rows {
 public:
  Rows(sql::Connection& connection, const Registry& registry)
      : connection_(connection), registry_(registry) {}

  absl::StatusOr<std::optional<ResourceRow>> Find(std::string_view name) const;
  absl::StatusOr<std::vector<ResourceRow>> Scan(const ScanOptions& options) const;
  // Those behind `after` that have any, in the order of names.
  absl::StatusOr<std::vector<NamedFacts>> ScanFacts(std::string_view after, int64_t limit) const;
  // What is about `other`, in the order of names.
  absl::StatusOr<std::vector<ResourceRow>> LinkedTo(std::string_view other, int64_t limit) const;
  // The same of one type.
  absl::StatusOr<std::vector<ResourceRow>> About(std::string_view other, std::string_view type,
                                                 int64_t limit) const;

  // Inserts or replaces.
  absl::Status Save(const ResourceRow& row) const;
  absl::Status SaveDerived(const std::string& name, const Derived& derived) const;
  absl::Status Remove(std::string_view name) const;
  // `fresh`: there are none yet.
  absl::Status SetLinks(std::string_view name, const std::vector<std::string>& others,
                        bool fresh) const;
  // Withdraws what `timers` doesn't name, keeps what it names, adds what lies after `now`. `fresh`:
  // there are none yet.
  absl::Status SetTimers(std::string_view name, const std::vector<Timer>& timers, absl::Time now,
                         bool fresh) const;
  absl::Status DropTimer(std::string_view name, const Timer& timer) const;

 private:
  // `from`: what follows the columns, with the table `resource` as r.
  absl::StatusOr<std::vector<ResourceRow>> Select(std::string_view from,
                                                  std::vector<sql::Value> parameters) const;

  sql::Connection& connection_;
  const Registry& registry_;
};

// Answers that a transaction keeps at its end, and under which callers and ids.
struct RequestRows {
  std::vector<sql::Value> values;
  std::set<std::pair<std::string, std::string>> ids;
};

// The answers given under request ids.
class Requests {
 public:
  Requests(sql::Connection& connection, const Registry& registry, absl::Duration life)
      : connection_(connection), registry_(registry), life_(life) {}

  // Whether Find() has to look behind those.
  static bool IsAmong(const WriteOptions& call, const RequestRows& rows);

  // The answer given to this caller's id before; nothing when it is new or forgotten.
  // ALREADY_EXISTS, reason REQUEST_ID_REUSED, when the id stood for something else.
  absl::StatusOr<std::optional<Written>> Find(const WriteOptions& call, absl::Time now) const;
  // Adds the answer to `rows`.
  void Keep(const WriteOptions& call, const Written& written, absl::Time now,
            RequestRows* rows) const;
  // In a few statements; leaves them empty.
  absl::Status Write(RequestRows* rows) const;
  // Takes the image of `name` out of all answers.
  absl::Status Forget(std::string_view name) const;
  // At most `limit` past their life; how many.
  absl::StatusOr<int64_t> RemoveOld(absl::Time now, int limit) const;

 private:
  sql::Connection& connection_;
  const Registry& registry_;
  const absl::Duration life_;
};

// Of the log: whole above this revision, and compacted up to this one.
inline constexpr char kWholeAbove[] = "log.whole_above";
inline constexpr char kCompactedTo[] = "log.compacted_to";
// Changes up to this revision are still to be filed under names; see Log::FileOld.
inline constexpr char kUnfiledTo[] = "log.unfiled_to";

// Numbers that outlive the process, by name.
class Settings {
 public:
  explicit Settings(sql::Connection& connection) : connection_(connection) {}

  absl::StatusOr<int64_t> Get(std::string_view name) const;  // 0 when there is none
  absl::Status Set(std::string_view name, int64_t value) const;
  // Sets it unless there is one already; what it is now.
  absl::StatusOr<int64_t> Keep(std::string_view name, int64_t value) const;

 private:
  sql::Connection& connection_;
};

}  // namespace clusterwire::store
