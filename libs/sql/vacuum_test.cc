#include "libs/sql/vacuum.h"

#include <filesystem>
#include <fstream>
#include <iterator>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/base/testing/status_matchers.h"
#include "libs/base/text/strings.h"
#include "libs/sql/testing/backends.h"
#include "libs/sql/url.h"

namespace clusterwire::sql {
namespace {

class VacuumTest : public testing::TestWithParam<Dialect> {
 protected:
  // Whether any file of the database holds `text`.
  bool FilesHold(const std::string& text) const {
    const std::filesystem::path file = *FileOf(files_.url());
    for (const auto& entry : std::filesystem::directory_iterator(file.parent_path())) {
      std::ifstream in(entry.path(), std::ios::binary);
      const std::string all{std::istreambuf_iterator<char>(in), {}};
      if (absl::StrContains(all, text)) return true;
    }
    return false;
  }

  const TestDatabase files_{GetParam()};
  const std::unique_ptr<Database> database_ = files_.Open();
};
INSTANTIATE_TEST_SUITE_P(Both, VacuumTest, kBothDatabases, DialectName);

TEST_P(VacuumTest, WhatWasDeletedIsInNoFileAndAllElseIsThere) {
  {
    const Lease connection = *database_->Acquire();
    ASSERT_THAT(connection->ExecuteScript("CREATE TABLE t(a TEXT)"), IsOk());
    for (int i = 0; i < 300; ++i) {
      const std::string text = absl::StrCat(i % 2 == 0 ? "stays" : "marked-", i, "-in-a-row");
      ASSERT_THAT(connection->Execute("INSERT INTO t(a) VALUES($1)", {text}), IsOk());
    }
    ASSERT_THAT(connection->Execute("DELETE FROM t WHERE a LIKE 'marked%'"), IsOk());
  }
  if (GetParam() == Dialect::kSqlite) EXPECT_TRUE(FilesHold("marked-"));  // in its log
  const auto left = Vacuum(*database_);
  ASSERT_THAT(left, IsOk());
  if (GetParam() == Dialect::kSqlite) {
    EXPECT_FALSE(FilesHold("marked-"));
    EXPECT_THAT(*left, testing::IsEmpty());
  } else {
    // Its server keeps old segments of its log unless it is told not to.
    EXPECT_THAT(*left, testing::ElementsAre(testing::HasSubstr("wal_recycle = off")));
  }
  const Lease connection = *database_->Acquire();
  EXPECT_EQ(connection->Query("SELECT count(*) FROM t")->rows[0].Int(0), 150);
}

TEST_P(VacuumTest, AReaderThatHoldsAnOldStateIsWaitedForAndThenNamed) {
  if (GetParam() != Dialect::kSqlite) GTEST_SKIP() << "PostgreSQL's readers hold no log";
  const auto impatient = files_.Open({.busy_limit = absl::Milliseconds(20)});
  const Lease reader = *database_->Acquire();
  ASSERT_THAT(reader->ExecuteScript("CREATE TABLE t(a TEXT)"), IsOk());
  const auto open = Transaction::Begin(*reader, Transaction::Kind::kRead);
  ASSERT_THAT(reader->Query("SELECT count(*) FROM t"), IsOk());
  ASSERT_THAT((*database_->Acquire())->Execute("INSERT INTO t(a) VALUES('x')"), IsOk());
  EXPECT_THAT(Vacuum(*impatient), ReasonIs("DATABASE_BUSY"));
}

}  // namespace
}  // namespace clusterwire::sql
