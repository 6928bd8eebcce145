#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

#include "libs/sql/connection.h"
#include "libs/store/change.h"
#include "libs/store/registry.h"

namespace clusterwire::store {

// A row of the table `change` as it is written.
struct ChangeRow {
  Position position;
  std::string history;
  const ResourceType* type = nullptr;
  std::string name;
  std::string kind;
  bool quiet = false;
  std::optional<std::string> after;
  std::optional<std::string> facts_before;
  std::optional<std::string> facts_after;
  std::string cause;
  std::string actor;
  std::string trace;
  absl::Time time;
};

// The change log, in one transaction of one connection. Used by one thread.
class Log {
 public:
  Log(sql::Connection& connection, const Registry& registry)
      : connection_(connection), registry_(registry) {}

  absl::Status Append(const ChangeRow& row) const;
  // Takes the images of `name` out of the rows written so far.
  absl::Status Forget(std::string_view name) const;

  absl::StatusOr<std::vector<Change>> After(Position after, int limit) const;
  absl::StatusOr<std::vector<Change>> HistoryOf(std::string_view name, Revision before,
                                                int limit) const;
  // See Store::ChangesOf.
  absl::StatusOr<std::vector<Change>> OfNames(const std::vector<std::string>& names, Position after,
                                              int limit) const;
  // Files the changes of a release that didn't file them.
  absl::Status FileOld() const;
  // Looks at the next `limit` rows written before `horizon`; false when those were the last. See
  // Store::Compact.
  absl::StatusOr<bool> Compact(absl::Time horizon, int limit) const;

 private:
  // Writes under which names the change is found.
  absl::Status File(const ChangeRow& row) const;
  absl::StatusOr<std::vector<Change>> OfName(std::string_view name, Position after,
                                             int limit) const;
  // The newest revision that may be compacted.
  absl::StatusOr<int64_t> CompactionBound(absl::Time horizon) const;
  absl::Status CheckReadable(Position after) const;
  // All columns of `change c`, in the order that Decode() reads them.
  absl::StatusOr<sql::Result> Select(std::string_view from,
                                     std::vector<sql::Value> parameters) const;
  absl::StatusOr<std::vector<Change>> Decode(const sql::Result& result) const;

  sql::Connection& connection_;
  const Registry& registry_;
};

}  // namespace clusterwire::store
