#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "libs/sql/connection.h"
#include "libs/store/log/log.h"
#include "libs/store/registry.h"
#include "libs/store/store.h"
#include "libs/store/tables/requests.h"
#include "libs/store/tables/rows.h"
#include "libs/store/tables/settings.h"
#include "libs/store/write/staging.h"

namespace clusterwire::store {

// What a body of the store's own may do besides: see Staging.
using StagingBody = std::function<absl::Status(Staging&)>;

// The transaction of a group of writes: what each of them works on.
struct GroupTransaction {
  GroupTransaction(sql::Connection& on, const Registry& types, const Options& limits)
      : connection(on),
        registry(types),
        options(limits),
        rows(on, types),
        log(on, types),
        requests(on, types, limits.request_life),
        settings(on) {}

  // Takes the lock that makes writes serial, and reads where the store stands.
  absl::Status Lock();

  sql::Connection& connection;
  const Registry& registry;
  const Options& options;
  const Rows rows;
  const Log log;
  const Requests requests;
  const Settings settings;
  std::string history;
  Revision current;
  absl::Time now;
  bool wrote = false;  // anything at all
};

// A row that a write changes.
struct RowChange {
  std::string name;
  const Staged* staged = nullptr;    // null: only what is derived from it changes
  const ResourceRow* row = nullptr;  // as it was; null for a created one
  Derived derived;                   // as it is now
};

// Runs one body and applies what it staged. Lives for that long.
class WriteRun {
 public:
  WriteRun(GroupTransaction& group, const Call& call) : group_(group), call_(call) {}

  // An error refuses the write and has applied nothing, unless the connection has an error too:
  // then the transaction is lost. `cause` is what the changes of rederived resources name.
  absl::StatusOr<Written> Run(const StagingBody& body, std::string_view cause);

 private:
  absl::StatusOr<Written> RunBody(const StagingBody& body, std::string_view cause);
  absl::StatusOr<std::vector<RowChange>> Derive(const Staging& staging, std::string_view cause);
  absl::Status CheckSizes(const std::vector<RowChange>& changes) const;
  Written Describe(const Staging& staging, bool changed) const;
  absl::Status Apply(const Staging& staging, const std::vector<RowChange>& changes);
  absl::Status ApplyStaged(const RowChange& change);
  absl::Status ApplyDerived(const RowChange& change);
  absl::Status Append(ChangeRow row);

  GroupTransaction& group_;
  const Call& call_;
  Revision next_;
  int64_t ordinal_ = 0;
};

}  // namespace clusterwire::store
