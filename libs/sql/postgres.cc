#include "libs/sql/postgres.h"

#include <utility>

#include "libs/base/status_macros.h"
#include "libs/sql/pool.h"
#include "libs/sql/postgres_connection.h"

namespace clusterwire::sql {
namespace {

class PostgresDatabase final : public Database {
 public:
  PostgresDatabase(std::string url, const Options& options)
      : pool_(options,
              [url = std::move(url), options]() -> absl::StatusOr<std::unique_ptr<Connection>> {
                return PostgresConnection::Open(url, options);
              }) {}

  absl::StatusOr<Lease> Acquire() override { return pool_.Acquire(); }
  Dialect dialect() const override { return Dialect::kPostgres; }

 private:
  Pool pool_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Database>> OpenPostgres(const std::string& url,
                                                       const Options& options) {
  auto database = std::make_unique<PostgresDatabase>(url, options);
  RETURN_IF_ERROR(database->Acquire().status());
  return database;
}

}  // namespace clusterwire::sql
