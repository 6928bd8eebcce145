#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "libs/base/testing/status_matchers.h"
#include "libs/sql/database.h"
#include "libs/sql/testing/backends.h"

namespace clusterwire::sql {
namespace {

using ::testing::HasSubstr;

constexpr Migration kFirst[] = {
    {1, "CREATE TABLE t(id {text} PRIMARY KEY, size {int}, data {bytes});"}};
constexpr Migration kSecond[] = {kFirst[0], {2, "INSERT INTO t(id) VALUES('added');"}};
constexpr Migration kBroken[] = {kFirst[0], kSecond[1], {3, "CREATE TABLE u(id {int}); NONSENSE;"}};

class MigrationTest : public testing::TestWithParam<Dialect> {
 protected:
  absl::StatusOr<Result> Query(std::string_view sql) { return (*database_->Acquire())->Query(sql); }

  TestDatabase files_{GetParam()};
  std::unique_ptr<Database> database_ = files_.Open();
};

INSTANTIATE_TEST_SUITE_P(Both, MigrationTest, kBothDatabases, DialectName);

TEST_P(MigrationTest, EachStepRunsOnce) {
  ASSERT_THAT(Migrate(*database_, "things", kFirst), IsOk());
  ASSERT_THAT(Migrate(*database_, "things", kFirst), IsOk());
  ASSERT_THAT(Migrate(*database_, "things", kSecond), IsOk());
  ASSERT_THAT(Migrate(*database_, "things", kSecond), IsOk());
  EXPECT_EQ(Query("SELECT id FROM t")->rows.size(), 1u);
}

TEST_P(MigrationTest, ANewerSchemaIsRefused) {
  ASSERT_THAT(Migrate(*database_, "things", kSecond), IsOk());
  const absl::Status status = Migrate(*database_, "things", kFirst);
  EXPECT_THAT(status, ReasonIs("SCHEMA_TOO_NEW"));
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("version 2")));
}

TEST_P(MigrationTest, ComponentsHaveVersionsOfTheirOwn) {
  ASSERT_THAT(Migrate(*database_, "things", kSecond), IsOk());
  constexpr Migration kOther[] = {{1, "CREATE TABLE other(id {int});"}};
  EXPECT_THAT(Migrate(*database_, "others", kOther), IsOk());
}

TEST_P(MigrationTest, ABrokenStepLeavesNothing) {
  ASSERT_THAT(Migrate(*database_, "things", kFirst), IsOk());
  EXPECT_THAT(Migrate(*database_, "things", kBroken), StatusIs(absl::StatusCode::kInternal));
  EXPECT_EQ(Query("SELECT id FROM t")->rows.size(), 0u);
  EXPECT_THAT(Migrate(*database_, "things", kSecond), IsOk());
}

TEST_P(MigrationTest, ReplicasMayStartTogether) {
  std::vector<std::thread> replicas;
  for (int i = 0; i < 4; ++i) {
    replicas.emplace_back([this] { EXPECT_THAT(Migrate(*database_, "things", kSecond), IsOk()); });
  }
  for (std::thread& replica : replicas) replica.join();
  EXPECT_EQ(Query("SELECT id FROM t")->rows.size(), 1u);
}

// Else it would be cut at every start.
TEST_P(MigrationTest, AStepTakesAsLongAsItTakes) {
  constexpr Migration kLong[] = {
      kFirst[0],
      {2,
       "INSERT INTO t(id, size) WITH RECURSIVE n(i) AS "
       "(SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000000) SELECT 'last', MAX(i) FROM n;"}};
  const auto impatient = files_.Open({.statement_limit = absl::Milliseconds(20)});
  const auto called = (*impatient->Acquire())
                          ->Query(
                              "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n "
                              "WHERE i < 2000000) SELECT MAX(i) FROM n");
  ASSERT_THAT(called, StatusIs(absl::StatusCode::kDeadlineExceeded)) << "a call is cut";
  ASSERT_THAT(Migrate(*impatient, "things", kLong), IsOk());
  EXPECT_EQ(Query("SELECT size FROM t")->rows[0].Int(0), 2'000'000);
  EXPECT_THAT(
      (*impatient->Acquire())
          ->Query("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < "
                  "2000000) SELECT MAX(i) FROM n"),
      StatusIs(absl::StatusCode::kDeadlineExceeded))
      << "calls after it are cut";
}

TEST_P(MigrationTest, TextsCompareByBytes) {
  ASSERT_THAT(Migrate(*database_, "things", kFirst), IsOk());
  ASSERT_THAT(Query("INSERT INTO t(id) VALUES('b'), ('B'), ('a-b'), ('a/b'), ('a0')"), IsOk());
  const auto result = Query("SELECT id FROM t ORDER BY id");
  std::vector<std::string> ids;
  for (const Row& row : result->rows) ids.push_back(row.Text(0));
  EXPECT_EQ(ids, (std::vector<std::string>{"B", "a-b", "a/b", "a0", "b"}));
}

}  // namespace
}  // namespace clusterwire::sql
