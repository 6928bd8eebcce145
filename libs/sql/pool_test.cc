#include "libs/sql/pool.h"

#include <thread>

#include <gtest/gtest.h>

#include "libs/base/testing/status_matchers.h"
#include "libs/sql/testing/backends.h"
#include "libs/sql/transaction.h"

namespace clusterwire::sql {
namespace {

class PoolTest : public testing::Test {
 protected:
  TestDatabase files_{Dialect::kSqlite};
};

TEST_F(PoolTest, AWaiterGetsTheConnectionThatComesBack) {
  const auto database = files_.Open({.connections = 1});
  Lease first = *database->Acquire();
  const Connection* address = &*first;
  std::thread waiter([&] { EXPECT_EQ(&**database->Acquire(), address); });
  first.Return();
  waiter.join();
}

TEST_F(PoolTest, NoConnectionWithinTheLimitIsUnavailable) {
  const auto database = files_.Open({.connections = 1, .acquire_limit = absl::Milliseconds(10)});
  const Lease only = *database->Acquire();
  const auto second = database->Acquire();
  EXPECT_THAT(second, StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_THAT(second, ReasonIs("CONNECTIONS_BUSY"));
}

TEST_F(PoolTest, AConnectionThatCantBeMadeTakesNoPlace) {
  Pool pool({.connections = 1, .acquire_limit = absl::Milliseconds(10)},
            []() -> absl::StatusOr<std::unique_ptr<Connection>> {
              return absl::UnavailableError("away");
            });
  for (int i = 0; i < 3; ++i) {
    EXPECT_THAT(pool.Acquire(), StatusIs(absl::StatusCode::kUnavailable, "away"));
  }
}

TEST_F(PoolTest, AnOpenTransactionIsRolledBackOnReturn) {
  const auto database = files_.Open({.connections = 1});
  {
    const Lease lease = *database->Acquire();
    ASSERT_THAT(lease->ExecuteScript("CREATE TABLE t(a INTEGER)"), IsOk());
    ASSERT_THAT(lease->Execute("BEGIN IMMEDIATE"), IsOk());
    ASSERT_THAT(lease->Execute("INSERT INTO t(a) VALUES(1)"), IsOk());
  }
  const Lease lease = *database->Acquire();
  EXPECT_EQ(lease->Query("SELECT a FROM t")->rows.size(), 0u);
  EXPECT_THAT(Transaction::Begin(*lease, Transaction::Kind::kWrite), IsOk());
}

}  // namespace
}  // namespace clusterwire::sql
