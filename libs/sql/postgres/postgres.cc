#include "libs/sql/postgres/postgres.h"

#include "libs/base/status/error.h"
#include "libs/sql/pool.h"
#include "libs/sql/postgres/postgres_connection.h"
#include "libs/sql/sqlite/disk_space.h"

namespace clusterwire::sql {
namespace {

class PostgresDatabase final : public Database {
 public:
  PostgresDatabase(const std::string& url, const Options& options)
      : disk_([url]() -> absl::StatusOr<std::unique_ptr<Connection>> {
          return PostgresConnection::Open(url, DiskSpace::kTrialLimits, /*disk=*/nullptr);
        }),
        pool_(options, [this, url, options]() -> absl::StatusOr<std::unique_ptr<Connection>> {
          return PostgresConnection::Open(url, options, &disk_);
        }) {}

  absl::StatusOr<Lease> Acquire() override { return pool_.Acquire(); }
  Dialect dialect() const override { return Dialect::kPostgres; }
  absl::Status CheckWritable() override { return disk_.Check(); }

 private:
  DiskSpace disk_;
  Pool pool_;  // last: its connections use the other
};

}  // namespace

absl::StatusOr<std::unique_ptr<Database>> OpenPostgres(const std::string& url,
                                                       const Options& options) {
  auto database = std::make_unique<PostgresDatabase>(url, options);
  RETURN_IF_ERROR(database->Acquire().status());
  return database;
}

}  // namespace clusterwire::sql
