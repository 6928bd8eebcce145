#include "libs/sql/many_rows.h"

#include "absl/strings/str_cat.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/base/testing/status_matchers.h"
#include "libs/sql/testing/backends.h"
#include "libs/sql/testing/faulty_database.h"

namespace clusterwire::sql {
namespace {

const ManyRows kInsert("INSERT INTO item (id, size) VALUES {rows} ON CONFLICT (id) DO NOTHING",
                       "(?, ?)");

class ManyRowsTest : public testing::TestWithParam<Dialect> {
 protected:
  ManyRowsTest() {
    constexpr Migration kTables[] = {
        {1, "CREATE TABLE item (id {text} NOT NULL PRIMARY KEY, size {int} NOT NULL);"}};
    EXPECT_THAT(Migrate(database_, "item", kTables), IsOk());
  }
  static std::vector<Value> Rows(int count) {
    std::vector<Value> values;
    for (int i = 0; i < count; ++i) {
      values.emplace_back(absl::StrCat("item", i));
      values.emplace_back(i);
    }
    return values;
  }
  absl::StatusOr<Result> Run(const ManyRows& statement, std::vector<Value> values) {
    return InTransaction(database_, Transaction::Kind::kWrite, [&](Connection& connection) {
      return statement.Run(connection, std::move(values));
    });
  }
  int64_t Sum() {
    const auto sum = InTransaction(database_, Transaction::Kind::kRead, [](Connection& connection) {
      return connection.Query("SELECT CAST(SUM(size) AS BIGINT) FROM item");
    });
    EXPECT_THAT(sum, IsOk());
    return sum->rows.at(0).Int(0);
  }

  TestDatabase files_{GetParam()};
  std::unique_ptr<Database> real_ = files_.Open();
  FaultyDatabase database_{*real_};
};
INSTANTIATE_TEST_SUITE_P(Both, ManyRowsTest, kBothDatabases, DialectName);

TEST_P(ManyRowsTest, WritesEveryRowInFewStatements) {
  database_.TakeStatements();
  const auto done = Run(kInsert, Rows(1000));
  ASSERT_THAT(done, IsOk());
  EXPECT_EQ(done->affected, 1000);
  EXPECT_EQ(Sum(), 499'500);
  // Three of 256, three of 64, two of 16 and two of four; and the sum.
  EXPECT_LE(database_.TakeStatements().size(), 16u);
}

TEST_P(ManyRowsTest, UpdatesEachRowByItsOwnValuesAndGivesThoseThatThereWere) {
  ASSERT_THAT(Run(kInsert, Rows(20)), IsOk());
  const ManyRows update(
      "WITH result(named, next) AS (VALUES {rows}) UPDATE item SET size = COALESCE(next, size)"
      " FROM result WHERE id = named RETURNING id",
      "(?, CAST(? AS BIGINT))");
  const auto done = Run(update, {"item1", 100, "item2", Value(), "nothing", 7});
  ASSERT_THAT(done, IsOk());
  ASSERT_EQ(done->rows.size(), 2u);
  EXPECT_EQ(Sum(), 190 + 99);
}

TEST_P(ManyRowsTest, NoRowsAskNothing) {
  database_.TakeStatements();
  const auto done = Run(kInsert, {});
  ASSERT_THAT(done, IsOk());
  EXPECT_EQ(done->affected, 0);
  EXPECT_THAT(database_.TakeStatements(), testing::SizeIs(2)) << "BEGIN and COMMIT";
}

}  // namespace
}  // namespace clusterwire::sql
