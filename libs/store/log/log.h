#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

#include "libs/sql/connection.h"
#include "libs/store/registry.h"
#include "libs/store/resource.h"

namespace clusterwire::store {

// The log is whole above revision `whole_above` only, and more was asked for: OUT_OF_RANGE.
absl::Status RevisionCompacted(Position after, int64_t whole_above);

// Rows of the log that a transaction writes at its end: nothing in it reads them.
struct LogRows {
  std::vector<sql::Value> changes;
  std::vector<sql::Value> names;  // under which they are found
  size_t bytes = 0;               // of images and Facts
};

// The change log, in one transaction of one connection. Used by one thread.
class Log {
 public:
  Log(sql::Connection& connection, const Registry& registry)
      : connection_(connection), registry_(registry) {}

  // Adds the change to `rows`. `image`: the bytes of change.after, which isn't looked at.
  void Append(Change change, std::optional<std::string> image, LogRows* rows) const;
  // In a few statements; leaves them empty.
  absl::Status Write(LogRows* rows) const;
  // Takes the images of `name` out of the rows written so far.
  absl::Status Forget(std::string_view name) const;

  // When the revision was written; InfinitePast when the log has nothing of it.
  absl::StatusOr<absl::Time> TimeOf(Revision revision) const;
  absl::StatusOr<std::vector<Change>> After(Position after, int limit,
                                            Images images = Images::kRead) const;
  // See Store::Touched.
  absl::StatusOr<std::vector<TouchedName>> TouchedAfter(Position after, int limit) const;
  absl::StatusOr<std::vector<Change>> HistoryOf(std::string_view name, Revision before,
                                                int limit) const;
  // See Store::CountChanges and Store::FirstSince.
  absl::StatusOr<int64_t> Count(Position after, Position through) const;
  absl::StatusOr<std::optional<Revision>> FirstSince(absl::Time time) const;
  // See Store::ChangesOf.
  absl::StatusOr<std::vector<Change>> OfNames(const std::vector<std::string>& names, Position after,
                                              int limit) const;
  // Files the changes of a release that didn't file them.
  absl::Status FileOld() const;
  // Looks at the next `limit` rows written before `horizon`; false when those were the last. See
  // Store::Compact.
  absl::StatusOr<bool> Compact(absl::Time horizon, int limit) const;

 private:
  // Adds under which names the change is found.
  void File(const Change& change, std::vector<sql::Value>* names) const;
  // The newest revision that may be compacted.
  absl::StatusOr<int64_t> CompactionBound(absl::Time horizon) const;
  absl::Status CheckReadable(Position after, int limit) const;
  // `from`: what follows the columns, with the table `change` as c.
  absl::StatusOr<std::vector<Change>> Select(std::string_view from,
                                             std::vector<sql::Value> parameters,
                                             Images images = Images::kRead) const;

  sql::Connection& connection_;
  const Registry& registry_;
};

}  // namespace clusterwire::store
