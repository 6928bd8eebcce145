#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "libs/sql/connection.h"

namespace clusterwire::store {

// Resources whose derived bytes are those of before a write that left them to a later one
// (Consequences::later, Writer::DeriveLater). In one transaction of one connection, in which
// nothing else adds any.
class Stale {
 public:
  struct Entry {
    std::string name;
    std::string cause;   // the staged resource of that write
    bool quiet = false;  // as that write
  };

  explicit Stale(sql::Connection& connection) : connection_(connection) {}

  // Of two writes that left the same one, it is quiet only when both were.
  absl::Status Add(const Entry& entry) const;
  absl::Status Remove(std::string_view name) const;
  absl::StatusOr<bool> Has(std::string_view name) const;
  absl::StatusOr<bool> HasAny() const;
  // At most `limit`, as quiet as the first of all names.
  absl::StatusOr<std::vector<Entry>> Next(int limit) const;

 private:
  sql::Connection& connection_;
  // Whether there are none, as far as that is known: asked of each write, and nearly always so.
  mutable bool none_ = false;
};

}  // namespace clusterwire::store
