#include "libs/store/tables/snapshot.h"

#include <utility>

#include "libs/base/status/error.h"
#include "libs/store/write/staging.h"

namespace clusterwire::store {

absl::StatusOr<std::unique_ptr<Snapshot>> Snapshot::Open(sql::Database& database,
                                                         const Registry& registry) {
  ASSIGN_OR_RETURN(sql::Lease connection, database.Acquire());
  ASSIGN_OR_RETURN(sql::Transaction transaction,
                   sql::Transaction::Begin(*connection, sql::Transaction::Kind::kRead));
  // On both databases the first statement decides which state is seen from then on.
  ASSIGN_OR_RETURN(const sql::Result result, connection->Query("SELECT value FROM revision"));
  if (result.rows.empty()) return absl::InternalError("the table revision is empty");
  const Revision revision{result.rows[0].Int(0)};
  return std::unique_ptr<Snapshot>(
      new Snapshot(std::move(connection), std::move(transaction), revision, registry));
}

Snapshot::Snapshot(sql::Lease connection, sql::Transaction transaction, Revision revision,
                   const Registry& registry)
    : connection_(std::move(connection)),
      transaction_(std::move(transaction)),
      revision_(revision),
      rows_(*connection_, registry) {}

absl::Status Snapshot::Load(std::string_view name, Message* out) const {
  ASSIGN_OR_RETURN(const std::optional<ResourceRow> row, rows_.Find(name));
  return LoadRow(row.has_value() ? &*row : nullptr, name, out);
}

absl::StatusOr<std::vector<Scanned>> Snapshot::Scan(const ScanOptions& options) const {
  RETURN_IF_ERROR(CheckScan(options));
  ASSIGN_OR_RETURN(std::vector<ResourceRow> rows, rows_.Scan(options));
  std::vector<Scanned> result;
  result.reserve(rows.size());
  for (ResourceRow& row : rows) {
    ASSIGN_OR_RETURN(Scanned scanned, ToScanned(std::move(row)));
    result.push_back(std::move(scanned));
  }
  return result;
}

absl::StatusOr<std::optional<std::string>> Snapshot::GetFacts(std::string_view name) const {
  ASSIGN_OR_RETURN(std::optional<ResourceRow> row, rows_.Find(name));
  if (!row.has_value()) return NotFoundError(name);
  return std::move(row->facts);
}

}  // namespace clusterwire::store
