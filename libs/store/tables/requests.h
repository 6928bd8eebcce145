#pragma once

#include <optional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "libs/sql/connection.h"
#include "libs/store/registry.h"
#include "libs/store/store.h"

namespace clusterwire::store {

// The answers given under request ids, in one transaction of one connection.
class Requests {
 public:
  Requests(sql::Connection& connection, const Registry& registry, absl::Duration life)
      : connection_(connection), registry_(registry), life_(life) {}

  // The answer given to this caller's id before; nothing when it is new or forgotten.
  // ALREADY_EXISTS, reason REQUEST_ID_REUSED, when the id stood for something else.
  absl::StatusOr<std::optional<Written>> Find(const Call& call, absl::Time now) const;
  absl::Status Keep(const Call& call, const Written& written, absl::Time now) const;
  // Takes the image of `name` out of all answers.
  absl::Status Forget(std::string_view name) const;
  // At most `limit` past their life; how many.
  absl::StatusOr<int64_t> RemoveOld(absl::Time now, int limit) const;

 private:
  sql::Connection& connection_;
  const Registry& registry_;
  const absl::Duration life_;
};

}  // namespace clusterwire::store
