#include "libs/sql/testing/backends.h"

#include <cstdlib>
#include <iostream>

#include "absl/strings/str_cat.h"

#include "libs/sql/testing/postgres.h"

namespace clusterwire::sql {

TestDatabase::TestDatabase(Dialect dialect)
    : url_(dialect == Dialect::kSqlite ? absl::StrCat("sqlite:", dir_.File("test.db"))
                                       : TemporaryPostgres::ForProcess().NewDatabase()) {}

std::unique_ptr<Database> TestDatabase::Open(Options options) const {
  absl::StatusOr<std::unique_ptr<Database>> database = Database::Open(url_, options);
  if (!database.ok()) {
    std::cerr << database.status() << std::endl;
    std::abort();
  }
  return *std::move(database);
}

std::string DialectName(const testing::TestParamInfo<Dialect>& info) {
  return info.param == Dialect::kSqlite ? "Sqlite" : "Postgres";
}

}  // namespace clusterwire::sql
