// Who writes to a file of SQLite: one after another, by one connection, with a log that stays
// short.

#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/base/status/error.h"
#include "libs/base/testing/status_matchers.h"
#include "libs/base/testing/temp_dir.h"
#include "libs/sql/database.h"

namespace clusterwire::sql {
namespace {

class SqliteWriterTest : public testing::Test {
 protected:
  std::unique_ptr<Database> Open(Options options = {}) {
    auto opened = Database::Open("sqlite:" + path_, options);
    EXPECT_THAT(opened, IsOk());
    return *std::move(opened);
  }
  const TempDir folder_;
  const std::string path_ = folder_.File("file.db");
};

TEST_F(SqliteWriterTest, AllThatWriteGetTheSameConnectionOneAfterAnother) {
  const auto database = Open({.busy_limit = absl::Milliseconds(50)});
  auto first = database->AcquireToWrite();
  ASSERT_THAT(first, IsOk());
  const Connection* const connection = first->get();
  EXPECT_THAT(database->AcquireToWrite(), StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_THAT(database->Acquire(), IsOk()) << "readers wait for no writer";
  ASSERT_THAT((*first)->Execute("BEGIN IMMEDIATE"), IsOk());
  first->reset();  // rolled back
  const auto second = database->AcquireToWrite();
  ASSERT_THAT(second, IsOk());
  EXPECT_EQ(second->get(), connection);
  EXPECT_THAT((*second)->Execute("BEGIN IMMEDIATE"), IsOk());
}

TEST_F(SqliteWriterTest, TheLogStaysShortBesideWritersThatNeverPause) {
  constexpr int kRounds = 150;
  constexpr size_t kBytes = 300'000;
  constexpr uintmax_t kLongest =
      8'000 * 4'120 + 4 * kBytes;  // pages with their heads, and a few rows
  const auto database = Open();
  ASSERT_THAT(InTransaction(*database, Transaction::Kind::kWrite,
                            [](Connection& connection) {
                              return connection.ExecuteScript(
                                  "CREATE TABLE item (number INTEGER PRIMARY KEY, filling BLOB)");
                            }),
              IsOk());
  const auto write = [&](int writer) {
    for (int round = 0; round < kRounds; ++round) {
      EXPECT_THAT(InTransaction(*database, Transaction::Kind::kWrite,
                                [&](Connection& connection) {
                                  return connection.Execute(
                                      "INSERT INTO item VALUES ($1, $2)",
                                      {writer * kRounds + round, Bytes{std::string(kBytes, 'x')}});
                                }),
                  IsOk());
    }
  };
  std::thread beside([&] { write(1); });
  write(0);
  beside.join();
  EXPECT_LT(std::filesystem::file_size(path_ + "-wal"), kLongest);
  const auto count = InTransaction(*database, Transaction::Kind::kRead, [](Connection& connection) {
    return connection.Query("SELECT COUNT(*) FROM item");
  });
  ASSERT_THAT(count, IsOk());
  EXPECT_EQ(count->rows[0].Int(0), 2 * kRounds);
}

}  // namespace
}  // namespace clusterwire::sql
