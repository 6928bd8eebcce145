#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/base/status/error.h"
#include "libs/base/testing/status_matchers.h"
#include "libs/base/testing/temp_dir.h"
#include "libs/sql/pool.h"
#include "libs/sql/sqlite/sqlite.h"
#include "libs/sql/testing/backends.h"
#include "libs/sql/testing/postgres.h"
#include "libs/sql/testing/small_disk.h"

namespace clusterwire::sql {
namespace {

using ::testing::HasSubstr;

constexpr char kTable[] = "CREATE TABLE t(a BIGINT PRIMARY KEY, b TEXT)";
constexpr char kInsert[] = "INSERT INTO t(a, b) VALUES($1, $2)";

// Too varied for PostgreSQL to compress.
std::string Text(size_t size) {
  std::string text;
  for (uint32_t i = 1; text.size() < size; i = i * 1664525 + 1013904223) {
    text += std::to_string(i);
  }
  return text;
}

// A database of which all is on a small disk.
class FullDiskTest : public testing::TestWithParam<Dialect> {
 protected:
  void SetUp() override {
    disk_ = SmallDisk::Mount(32 << 20);
    if (disk_ == nullptr) GTEST_SKIP() << "no small disk can be mounted here: needs root";
    std::string url = "sqlite:" + disk_->path() + "/test.db";
    if (GetParam() == Dialect::kPostgres) {
      server().Execute("CREATE TABLESPACE small LOCATION '" + disk_->path() + "'");
      server().Execute("CREATE DATABASE small TABLESPACE small");
      url = server().Url("small");
    }
    auto database = Database::Open(url, {.connections = 1});
    ASSERT_THAT(database, IsOk());
    database_ = *std::move(database);
    connection_ = *database_->Acquire();
    ASSERT_THAT(connection_->ExecuteScript(kTable), IsOk());
  }

  void TearDown() override {
    connection_.reset();
    database_.reset();
    if (disk_ == nullptr || GetParam() == Dialect::kSqlite) return;
    server().Execute("DROP DATABASE small");
    server().Execute("DROP TABLESPACE small");
  }

  static TemporaryPostgres& server() { return TemporaryPostgres::ForProcess(); }

  // Inserts rows until there is no room for one; the error.
  absl::Status InsertUntilFull() {
    while (true) {
      const absl::Status status = connection_->Execute(kInsert, {rows_, Text(100'000)});
      if (!status.ok()) return status;
      ++rows_;
    }
  }

  std::unique_ptr<SmallDisk> disk_;
  std::unique_ptr<Database> database_;
  Lease connection_;  // the only one: CheckWritable needs none of the pool's
  int64_t rows_ = 0;  // acknowledged
};

INSTANTIATE_TEST_SUITE_P(Both, FullDiskTest, kBothDatabases, DialectName);

TEST_P(FullDiskTest, AWriteWithoutRoomIsRefusedWithADelayAndLeavesNothing) {
  ASSERT_THAT(connection_->Execute(kInsert, {rows_++, "first"}), IsOk());
  disk_->Fill();
  const absl::Status full = InsertUntilFull();
  EXPECT_THAT(full, StatusIs(absl::StatusCode::kResourceExhausted, HasSubstr("is full")));
  EXPECT_THAT(full, ReasonIs("DATABASE_FULL"));
  EXPECT_NE(full.GetPayload("type.googleapis.com/google.rpc.RetryInfo"), absl::nullopt);
  EXPECT_EQ(connection_->Query("SELECT COUNT(*) FROM t")->rows[0].Int(0), rows_);
}

TEST_P(FullDiskTest, ItIsWritableAgainOnceThereIsRoomAndNotBefore) {
  EXPECT_THAT(database_->CheckWritable(), IsOk());
  disk_->Fill();
  EXPECT_THAT(database_->CheckWritable(), IsOk()) << "nobody has met it yet";
  const absl::Status full = InsertUntilFull();
  // That something small still finds its place doesn't count.
  connection_->Execute("UPDATE t SET b = 'x' WHERE a = 0").IgnoreError();
  for (int i = 0; i < 3; ++i) EXPECT_EQ(database_->CheckWritable(), full);
  disk_->Free();
  EXPECT_THAT(database_->CheckWritable(), IsOk());
  EXPECT_THAT(connection_->Execute(kInsert, {rows_, Text(100'000)}), IsOk());
  EXPECT_THAT(connection_->Query("SELECT * FROM trial_of_disk_space"),
              StatusIs(absl::StatusCode::kInternal))
      << "of a trial nothing stays";
}

TEST_P(FullDiskTest, ManyMayAskAtOnce) {
  disk_->Fill();
  EXPECT_THAT(InsertUntilFull(), ReasonIs("DATABASE_FULL"));
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([this] {
      for (int j = 0; j < 5; ++j) EXPECT_THAT(database_->CheckWritable(), testing::Not(IsOk()));
    });
  }
  for (std::thread& thread : threads) thread.join();
  disk_->Free();
  EXPECT_THAT(database_->CheckWritable(), IsOk());
}

TEST(SqliteFullTest, TheErrorNamesTheFile) {
  const TempDir folder;
  const auto database = Database::Open("sqlite:" + folder.File("small.db"));
  ASSERT_THAT(database, IsOk());
  const Lease connection = *(*database)->Acquire();
  ASSERT_THAT(connection->ExecuteScript(kTable), IsOk());
  ASSERT_THAT(connection->ExecuteScript("PRAGMA max_page_count = 5"), IsOk());
  EXPECT_THAT(connection->Execute(kInsert, {1, Text(100'000)}),
              StatusIs(absl::StatusCode::kResourceExhausted, HasSubstr(folder.File("small.db"))));
  EXPECT_THAT((*database)->CheckWritable(), IsOk()) << "the limit was that connection's own";
}

TEST(SqliteFullTest, OneThatCantBeOpenedForLackOfRoomIsSaidToBeFull) {
  const auto disk = SmallDisk::Mount(1 << 20);
  if (disk == nullptr) GTEST_SKIP() << "no small disk can be mounted here: needs root";
  const std::string url = "sqlite:" + disk->path() + "/test.db";
  ASSERT_THAT(Database::Open(url), IsOk());
  disk->Fill();
  EXPECT_THAT(Database::Open(url), ReasonIs("DATABASE_FULL"));
  disk->Free();
  EXPECT_THAT(Database::Open(url), IsOk());
}

TEST(DiskSpaceTest, ATrialThatFailsForAnotherReasonProvesNothing) {
  DiskSpace disk([] { return absl::UnavailableError("away"); });
  EXPECT_THAT(disk.Check(), IsOk());
  const absl::Status full = DatabaseFull("x", "full");
  disk.RanOut(full);
  EXPECT_EQ(disk.Check(), full);
  EXPECT_EQ(disk.Check(), full);
}

TEST(DiskSpaceTest, ATrialIsNotBelievedOverWhatFailedMeanwhile) {
  const TempDir folder;
  std::vector<absl::Status> meanwhile = {DatabaseFull("x", "second")};
  DiskSpace* asked = nullptr;
  DiskSpace disk([&]() -> absl::StatusOr<std::unique_ptr<Connection>> {
    for (const absl::Status& full : meanwhile) asked->RanOut(full);
    return SqliteConnection::Open(folder.File("test.db"), DiskSpace::kTrialLimits, nullptr,
                                  nullptr);
  });
  asked = &disk;
  disk.RanOut(DatabaseFull("x", "first"));
  EXPECT_EQ(disk.Check(), meanwhile[0]);
  meanwhile.clear();
  EXPECT_THAT(disk.Check(), IsOk());
}

}  // namespace
}  // namespace clusterwire::sql
