#pragma once

#include <memory>

#include "absl/status/statusor.h"

#include "libs/sql/database.h"
#include "libs/store/reader.h"
#include "libs/store/tables/rows.h"

namespace clusterwire::store {

// The store at one revision, outside of a write: a read transaction on a connection of the pool.
class Snapshot final : public Reader {
 public:
  static absl::StatusOr<std::unique_ptr<Snapshot>> Open(sql::Database& database,
                                                        const Registry& registry);

  Revision revision() const override { return revision_; }
  absl::Status Load(std::string_view name, Message* out) const override;
  absl::StatusOr<std::vector<Scanned>> Scan(const ScanOptions& options) const override;
  absl::StatusOr<std::optional<std::string>> GetFacts(std::string_view name) const override;

 private:
  Snapshot(sql::Lease connection, sql::Transaction transaction, Revision revision,
           const Registry& registry);

  const sql::Lease connection_;
  const sql::Transaction transaction_;
  const Revision revision_;
  const Rows rows_;
};

}  // namespace clusterwire::store
