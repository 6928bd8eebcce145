#include "libs/sql/database.h"

#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/base/testing/status_matchers.h"
#include "libs/sql/testing/backends.h"

namespace clusterwire::sql {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class SqlTest : public testing::TestWithParam<Dialect> {
 protected:
  void SetUp() override {
    Open({});
    ASSERT_THAT(
        (*database_->Acquire())
            ->ExecuteScript(sqlite() ? "CREATE TABLE t(a INTEGER PRIMARY KEY, b TEXT, c BLOB)"
                                     : "CREATE TABLE t(a BIGINT PRIMARY KEY, b TEXT, c BYTEA)"),
        IsOk());
  }

  void Open(Options options) { database_ = files_.Open(options); }
  bool sqlite() const { return GetParam() == Dialect::kSqlite; }
  Lease Acquire() { return *database_->Acquire(); }
  int64_t Count(Connection& connection) {
    return connection.Query("SELECT COUNT(*) FROM t")->rows[0].Int(0);
  }

  TestDatabase files_{GetParam()};
  std::unique_ptr<Database> database_;
};

INSTANTIATE_TEST_SUITE_P(Both, SqlTest, kBothDatabases, DialectName);

TEST_P(SqlTest, ValuesComeBackAsTheyWentIn) {
  const Lease connection = Acquire();
  const std::string bytes("\0\xff\x80 x", 5);
  ASSERT_THAT(connection->Execute("INSERT INTO t(a, b, c) VALUES($1, $2, $3)",
                                  {INT64_MIN, "Gründer 🏭", Bytes{bytes}}),
              IsOk());
  ASSERT_THAT(connection->Execute("INSERT INTO t(a, b, c) VALUES($1, $2, $3)",
                                  {INT64_MAX, std::nullopt, Bytes{}}),
              IsOk());
  const auto result = connection->Query("SELECT a, b, c FROM t ORDER BY a");
  ASSERT_THAT(result, IsOk());
  ASSERT_EQ(result->rows.size(), 2u);
  EXPECT_EQ(result->rows[0].Int(0), INT64_MIN);
  EXPECT_EQ(result->rows[0].Text(1), "Gründer 🏭");
  EXPECT_EQ(result->rows[0].Bytes(2), bytes);
  EXPECT_EQ(result->rows[1].Int(0), INT64_MAX);
  EXPECT_TRUE(result->rows[1].IsNull(1));
  EXPECT_FALSE(result->rows[1].IsNull(2));
  EXPECT_EQ(result->rows[1].Bytes(2), "");
}

TEST_P(SqlTest, ParametersAreNumberedNotOrdered) {
  const Lease connection = Acquire();
  const auto result = connection->Query("SELECT CAST($2 AS TEXT), CAST($1 AS TEXT)", {"a", "b"});
  ASSERT_THAT(result, IsOk());
  EXPECT_EQ(result->rows[0].Text(0), "b");
  EXPECT_EQ(result->rows[0].Text(1), "a");
}

TEST_P(SqlTest, CountsTheRowsItChanged) {
  const Lease connection = Acquire();
  ASSERT_THAT(connection->Execute("INSERT INTO t(a) VALUES(1), (2), (3)"), IsOk());
  EXPECT_EQ(connection->Query("UPDATE t SET b = 'x' WHERE a > 1")->affected, 2);
  EXPECT_EQ(connection->Query("DELETE FROM t WHERE a = 99")->affected, 0);
  EXPECT_EQ(connection->Query("SELECT a FROM t")->affected, 0);
}

TEST_P(SqlTest, ErrorsAreClassifiedAlike) {
  const Lease connection = Acquire();
  ASSERT_THAT(connection->Execute("INSERT INTO t(a) VALUES(1)"), IsOk());
  EXPECT_THAT(connection->Execute("INSERT INTO t(a) VALUES(1)"),
              StatusIs(absl::StatusCode::kAlreadyExists));
  EXPECT_THAT(connection->Execute("INSERT INTO t(a, b) VALUES(2, $1)", {std::string("a\0b", 3)}),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("U+0000")));
  EXPECT_THAT(connection->Execute("INSERT INTO t(a, b) VALUES(2, $1)", {"\xc0\xaf"}),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("UTF-8")));
  EXPECT_THAT(connection->Execute("SELECT nothing FROM nowhere"),
              StatusIs(absl::StatusCode::kInternal));
  EXPECT_EQ(Count(*connection), 1);
}

TEST_P(SqlTest, AStatementEndsAtItsTimeLimit) {
  Open({.statement_limit = absl::Milliseconds(50)});
  const Lease connection = Acquire();
  EXPECT_THAT(connection->Query("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n "
                                "WHERE i < 1000000000) SELECT COUNT(*) FROM n"),
              StatusIs(absl::StatusCode::kDeadlineExceeded));
  EXPECT_EQ(Count(*connection), 0);
}

TEST_P(SqlTest, ATooLongResultIsRefused) {
  Open({.row_limit = 2});
  const Lease connection = Acquire();
  ASSERT_THAT(connection->Execute("INSERT INTO t(a) VALUES(1), (2), (3)"), IsOk());
  EXPECT_THAT(connection->Query("SELECT a FROM t"), StatusIs(absl::StatusCode::kResourceExhausted));
  EXPECT_THAT(connection->Query("SELECT a FROM t LIMIT $1", {2}), IsOk());
}

TEST_P(SqlTest, MoreStatementsThanTheCacheHoldsStillRun) {
  Open({.statement_cache = 3});
  const Lease connection = Acquire();
  for (int round = 0; round < 2; ++round) {
    for (int i = 0; i < 10; ++i) {
      const std::string sql = "SELECT " + std::to_string(i) + " FROM t WHERE a = $1";
      ASSERT_THAT(connection->Query(sql, {i}), IsOk());
    }
  }
}

TEST_P(SqlTest, AnUncommittedTransactionLeavesNothing) {
  const Lease connection = Acquire();
  {
    auto transaction = Transaction::Begin(*connection, Transaction::Kind::kWrite);
    ASSERT_THAT(transaction, IsOk());
    ASSERT_THAT(connection->Execute("INSERT INTO t(a) VALUES(1)"), IsOk());
  }
  EXPECT_EQ(Count(*connection), 0);
  auto transaction = Transaction::Begin(*connection, Transaction::Kind::kWrite);
  ASSERT_THAT(connection->Execute("INSERT INTO t(a) VALUES(2)"), IsOk());
  ASSERT_THAT(transaction->Commit(), IsOk());
  EXPECT_EQ(Count(*connection), 1);
}

TEST_P(SqlTest, AReadTransactionSeesOneState) {
  const Lease reader = Acquire();
  const Lease writer = Acquire();
  auto transaction = Transaction::Begin(*reader, Transaction::Kind::kRead);
  EXPECT_EQ(Count(*reader), 0);
  ASSERT_THAT(writer->Execute("INSERT INTO t(a) VALUES(1)"), IsOk());
  EXPECT_EQ(Count(*reader), 0);
  transaction->Rollback();
  EXPECT_EQ(Count(*reader), 1);
}

TEST_P(SqlTest, TheFirstErrorOfATransactionIsKept) {
  const Lease connection = Acquire();
  auto transaction = Transaction::Begin(*connection, Transaction::Kind::kWrite);
  EXPECT_THAT(connection->error(), IsOk());
  connection->Execute("SELECT nothing FROM nowhere").IgnoreError();
  EXPECT_THAT(connection->error(), StatusIs(absl::StatusCode::kInternal));
  transaction->Rollback();
  auto next = Transaction::Begin(*connection, Transaction::Kind::kWrite);
  EXPECT_THAT(connection->error(), IsOk());
}

TEST_P(SqlTest, CommittingAFailedTransactionIsAnErrorOrKeepsWhatSucceeded) {
  const Lease connection = Acquire();
  auto transaction = Transaction::Begin(*connection, Transaction::Kind::kWrite);
  ASSERT_THAT(connection->Execute("INSERT INTO t(a) VALUES(1)"), IsOk());
  EXPECT_THAT(connection->Execute("INSERT INTO t(a) VALUES(1)"), Not(IsOk()));
  const absl::Status committed = transaction->Commit();
  EXPECT_EQ(Count(*connection), committed.ok() ? 1 : 0);
}

TEST_P(SqlTest, WhatWasCommittedIsThereAfterReopening) {
  ASSERT_THAT(Acquire()->Execute("INSERT INTO t(a) VALUES(7)"), IsOk());
  Open({});
  EXPECT_EQ(Count(*Acquire()), 1);
}

TEST_P(SqlTest, ManyWritersTakeTurns) {
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([this, thread] {
      for (int i = 0; i < 25; ++i) {
        const Lease connection = Acquire();
        auto transaction = Transaction::Begin(*connection, Transaction::Kind::kWrite);
        EXPECT_THAT(transaction, IsOk());
        EXPECT_THAT(connection->Execute("INSERT INTO t(a) VALUES($1)", {thread * 100 + i}), IsOk());
        EXPECT_THAT(transaction->Commit(), IsOk());
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(Count(*Acquire()), 100);
}

TEST_P(SqlTest, AWriterThatWaitsTooLongIsTurnedAway) {
  Open({.busy_limit = absl::Milliseconds(20)});
  const Lease first = Acquire();
  const Lease second = Acquire();
  ASSERT_THAT(first->Execute("INSERT INTO t(a) VALUES(1)"), IsOk());
  auto transaction = Transaction::Begin(*first, Transaction::Kind::kWrite);
  ASSERT_THAT(first->Execute("UPDATE t SET b = 'x'"), IsOk());
  EXPECT_THAT(second->Execute("UPDATE t SET b = 'y'"), StatusIs(absl::StatusCode::kUnavailable));
  ASSERT_THAT(transaction->Commit(), IsOk());
  EXPECT_THAT(second->Execute("UPDATE t SET b = 'y'"), IsOk());
}

TEST(DatabaseUrlTest, AnUnknownSchemeIsRefusedWithoutShowingIt) {
  const auto database = Database::Open("mysql://root:secret@host/db");
  EXPECT_THAT(database, StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("sqlite:")));
  EXPECT_THAT(std::string(database.status().message()), Not(HasSubstr("secret")));
}

TEST(DatabaseUrlTest, AFolderThatIsMissingIsNamed) {
  EXPECT_THAT(Database::Open("sqlite:/does/not/exist/store.db"),
              StatusIs(absl::StatusCode::kUnavailable, HasSubstr("/does/not/exist/store.db")));
}

TEST(DatabaseUrlTest, AServerThatIsMissingIsUnavailable) {
  EXPECT_THAT(Database::Open("postgresql:///x?host=/does/not/exist"),
              StatusIs(absl::StatusCode::kUnavailable));
}

TEST(Postgres, WhatCantBeReachedIsUnavailableWithARetryDelayAndOneLineOfText) {
  const auto database = Database::Open("postgresql://user:secret@127.0.0.1:1/none");
  EXPECT_THAT(database, StatusIs(absl::StatusCode::kUnavailable, HasSubstr("127.0.0.1")));
  EXPECT_THAT(database, ReasonIs("DATABASE_AWAY"));
  EXPECT_THAT(std::string(database.status().message()),
              testing::AllOf(Not(HasSubstr("secret")), Not(HasSubstr("\n"))));
  EXPECT_NE(database.status().GetPayload("type.googleapis.com/google.rpc.RetryInfo"),
            absl::nullopt);
}

TEST(Postgres, AUrlThatCantBeReadIsRefusedWithoutItsPassword) {
  for (const char* url : {"postgresql://user:secret@[::1", "postgresql://user:secret@host/x?a=b",
                          "postgresql://user:secret%zz@host/x"}) {
    const auto database = Database::Open(url);
    EXPECT_THAT(database, StatusIs(absl::StatusCode::kInvalidArgument, Not(HasSubstr("secret"))))
        << url << ": " << database.status();
  }
}

}  // namespace
}  // namespace clusterwire::sql
