#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

#include "libs/sql/connection.h"
#include "libs/store/change.h"
#include "libs/store/reader.h"
#include "libs/store/registry.h"

namespace clusterwire::store {

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

// The tables of the state, in one transaction of one connection, without any rule. Used by one
// thread.
class Rows {
 public:
  Rows(sql::Connection& connection, const Registry& registry)
      : connection_(connection), registry_(registry) {}

  absl::StatusOr<std::optional<ResourceRow>> Find(std::string_view name) const;
  absl::StatusOr<std::vector<ResourceRow>> Scan(const ScanOptions& options) const;
  // What is about `other`, in the order of names.
  absl::StatusOr<std::vector<ResourceRow>> LinkedTo(std::string_view other, int64_t limit) const;
  absl::StatusOr<std::vector<std::string>> NamesUnder(std::string_view parent, int64_t limit) const;

  // Inserts or replaces.
  absl::Status Save(const ResourceRow& row) const;
  absl::Status SaveDerived(const std::string& name, const Derived& derived) const;
  absl::Status Remove(std::string_view name) const;
  absl::Status SetLinks(std::string_view name, const std::vector<std::string>& others) const;
  // Withdraws what `timers` doesn't name, keeps what it names, adds what lies after `now`.
  absl::Status SetTimers(std::string_view name, const std::vector<Timer>& timers,
                         absl::Time now) const;
  absl::Status DropTimer(std::string_view name, const Timer& timer) const;

 private:
  absl::StatusOr<std::vector<ResourceRow>> Select(std::string_view sql,
                                                  std::vector<sql::Value> parameters) const;

  sql::Connection& connection_;
  const Registry& registry_;
};

absl::StatusOr<std::unique_ptr<Message>> ParseResource(const ResourceType& type,
                                                       const std::string& data);

// Null for an absent value.
sql::Value BytesOrNull(const std::optional<std::string>& data);

}  // namespace clusterwire::store
