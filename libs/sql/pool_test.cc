#include "libs/sql/pool.h"

#include <chrono>
#include <thread>

#include <gtest/gtest.h>

#include "libs/base/testing/status_matchers.h"
#include "libs/sql/connection.h"
#include "libs/sql/testing/backends.h"

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
  first.reset();
  waiter.join();
}

TEST_F(PoolTest, NoConnectionWithinTheLimitIsUnavailable) {
  const auto database = files_.Open({.connections = 1, .acquire_limit = absl::Milliseconds(10)});
  const Lease only = *database->Acquire();
  const auto second = database->Acquire();
  EXPECT_THAT(second, StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_THAT(second, ReasonIs("CONNECTIONS_BUSY"));
}

// A connection that only is there or lost.
class Link final : public Connection {
 public:
  explicit Link(const bool& up) : up_(up) {}
  absl::Status ExecuteScript(std::string_view) override { return absl::OkStatus(); }
  Dialect dialect() const override { return Dialect::kPostgres; }
  absl::Status LiftTimeLimit() override { return absl::OkStatus(); }
  void Reset() override {}
  bool usable() const override { return up_; }

 protected:
  absl::StatusOr<Result> DoQuery(std::string_view, std::span<const Value>) override {
    return Result();
  }

 private:
  const bool& up_;
};

TEST_F(PoolTest, AConnectionThatCantBeMadeTakesNoPlaceAndIsNotTriedAgainAtOnce) {
  bool away = true;
  const bool up = true;
  int tries = 0;
  Pool pool({.connections = 1, .acquire_limit = absl::Milliseconds(10)},
            [&](const Options&, DiskSpace*) -> absl::StatusOr<std::unique_ptr<Connection>> {
              ++tries;
              if (away) return absl::UnavailableError("away");
              return std::make_unique<Link>(up);
            });
  const auto refused = pool.Acquire();
  EXPECT_THAT(refused, StatusIs(absl::StatusCode::kUnavailable, "away"));
  EXPECT_NE(refused.status().GetPayload("type.googleapis.com/google.rpc.RetryInfo"), absl::nullopt);
  for (int i = 0; i < 100; ++i) {
    EXPECT_THAT(pool.Acquire(), StatusIs(absl::StatusCode::kUnavailable, "away"));
  }
  EXPECT_LT(tries, 10);
  away = false;
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (!pool.Acquire().ok()) ASSERT_LT(std::chrono::steady_clock::now(), deadline);
}

TEST_F(PoolTest, WithALostConnectionTheIdleOnesAreGivenUp) {
  bool up = true;
  int made = 0;
  Pool pool({.connections = 3},
            [&](const Options&, DiskSpace*) -> absl::StatusOr<std::unique_ptr<Connection>> {
              ++made;
              return std::make_unique<Link>(up);
            });
  { const Lease a = *pool.Acquire(), b = *pool.Acquire(), c = *pool.Acquire(); }
  Lease one = *pool.Acquire();
  EXPECT_EQ(made, 3);
  up = false;
  one.reset();
  up = true;
  const Lease a = *pool.Acquire(), b = *pool.Acquire(), c = *pool.Acquire();
  EXPECT_EQ(made, 6);
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
