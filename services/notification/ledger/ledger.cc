#include "services/notification/ledger/ledger.h"

#include "services/notification/ledger/schema.h"

namespace clusterwire::notification {

absl::StatusOr<std::unique_ptr<Ledger>> Ledger::Open(sql::Database& database) {
  RETURN_IF_ERROR(MigrateLedger(database));
  return std::unique_ptr<Ledger>(new Ledger(database));
}

}  // namespace clusterwire::notification
