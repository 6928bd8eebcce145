#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/base/testing/status_matchers.h"
#include "libs/sql/database.h"
#include "libs/sql/testing/backends.h"
#include "libs/sql/testing/pgbouncer.h"

namespace clusterwire::sql {
namespace {

using ::testing::HasSubstr;

TEST(PoolerTest, OneThatSharesSessionsIsRefusedWithTheModeThatWorks) {
  for (const char* mode : {"transaction", "statement"}) {
    const TemporaryPgBouncer pooler(mode);
    for (int i = 0; i < 3; ++i) {
      const auto refused = Database::Open(pooler.url());
      EXPECT_THAT(refused,
                  StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("session mode")))
          << mode;
      EXPECT_THAT(refused, ReasonIs("POOLER_SHARES_SESSIONS"));
    }
  }
}

TEST(PoolerTest, OneThatPoolsBySessionIsTaken) {
  const TemporaryPgBouncer pooler("session");
  const auto database = Database::Open(pooler.url());
  ASSERT_THAT(database, IsOk());
  const auto answer = (*(*database)->Acquire())->Query("SELECT CAST(1 AS BIGINT)");
  ASSERT_THAT(answer, IsOk());
  EXPECT_EQ(answer->rows[0].Int(0), 1);
}

TEST(PoolerTest, PostgresItselfIsTaken) {
  EXPECT_THAT(Database::Open(TestDatabase(Dialect::kPostgres).url()), IsOk());
}

}  // namespace
}  // namespace clusterwire::sql
