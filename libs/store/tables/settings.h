#pragma once

#include <cstdint>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "libs/sql/connection.h"

namespace clusterwire::store {

// Of the log: whole above this revision, and compacted up to this one.
inline constexpr char kWholeAbove[] = "log.whole_above";
inline constexpr char kCompactedTo[] = "log.compacted_to";
// Changes up to this revision are still to be filed under names; see Log::FileOld.
inline constexpr char kUnfiledTo[] = "log.unfiled_to";

// Numbers that outlive the process, by name, in one transaction of one connection.
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
