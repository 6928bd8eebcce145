#include "libs/sql/sqlite/sqlite_files.h"

#include <signal.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "absl/strings/str_cat.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "libs/base/testing/status_matchers.h"
#include "libs/base/testing/temp_dir.h"
#include "libs/sql/database.h"
#include "libs/telemetry/log.h"

namespace clusterwire::sql {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

mode_t ModeOf(const std::string& path) {
  struct stat found = {};
  return stat(path.c_str(), &found) == 0 ? found.st_mode & 07777 : 0;
}

class SqliteFilesTest : public testing::Test {
 protected:
  absl::StatusOr<std::unique_ptr<Database>> Open() { return Database::Open("sqlite:" + file_); }

  // Opens the database and writes into it, so that its log and index are there too.
  std::unique_ptr<Database> OpenAndWrite() {
    auto database = Open();
    EXPECT_THAT(database, IsOk());
    EXPECT_THAT((*(*database)->Acquire())->Execute("CREATE TABLE IF NOT EXISTS t(a INTEGER)"),
                IsOk());
    return *std::move(database);
  }

  const TempDir folder_;
  const std::string file_ = folder_.File("store.db");
};

TEST_F(SqliteFilesTest, NewFilesAreForTheirOwnerAlone) {
  const mode_t usual = umask(022);
  const auto database = OpenAndWrite();
  umask(usual);
  for (const char* suffix : {"", "-wal", "-shm", ".lock"}) {
    EXPECT_EQ(ModeOf(file_ + suffix), 0600u) << file_ << suffix;
  }
}

TEST_F(SqliteFilesTest, FilesThatOthersCouldReadAreTakenFromThemAndTheLogSaysSo) {
  OpenAndWrite();
  ASSERT_EQ(chmod(file_.c_str(), 0664), 0);
  for (const char* suffix : {"-wal", "-shm"}) {
    std::ofstream(file_ + suffix).close();
    ASSERT_EQ(chmod((file_ + suffix).c_str(), 0644), 0);
  }
  ASSERT_EQ(chmod(folder_.path().c_str(), 0755), 0);
  std::string logged;
  const telemetry::LogRedirect capture([&](std::string_view line) { logged += line; });
  const auto database = OpenAndWrite();
  for (const char* suffix : {"", "-wal", "-shm"}) {
    EXPECT_EQ(ModeOf(file_ + suffix), 0600u) << file_ << suffix;
  }
  EXPECT_THAT(logged,
              AllOf(HasSubstr(absl::StrCat("\"", file_, "\"")),
                    HasSubstr(absl::StrCat("\"", folder_.path(), "\"")), HasSubstr("chmod 700")));
}

TEST_F(SqliteFilesTest, WithinAProcessAFileMayBeOpenTwice) {
  const auto one = OpenAndWrite();
  EXPECT_THAT(Open(), IsOk());
}

TEST_F(SqliteFilesTest, AnotherProcessIsRefusedByNameUntilTheFirstEndsHoweverItEnds) {
  int ready[2];
  ASSERT_EQ(pipe(ready), 0);
  const pid_t child = fork();
  if (child == 0) {
    const auto hold = SqliteHold::Take(file_);
    const char answer = hold.ok() ? 'y' : 'n';
    if (write(ready[1], &answer, 1) != 1) _exit(1);
    while (true) pause();
  }
  char answer = 0;
  ASSERT_EQ(read(ready[0], &answer, 1), 1);
  ASSERT_EQ(answer, 'y');
  std::filesystem::create_symlink(file_, folder_.File("other.db"));
  for (const std::string& name : {file_, folder_.File("other.db")}) {
    const auto refused = Database::Open("sqlite:" + name);
    EXPECT_THAT(refused,
                StatusIs(absl::StatusCode::kFailedPrecondition,
                         AllOf(HasSubstr(file_), HasSubstr(absl::StrCat("process ", child)))));
    EXPECT_THAT(refused, ReasonIs("DATABASE_IN_USE"));
  }
  std::filesystem::create_hard_link(file_, folder_.File("hard.db"));
  std::filesystem::remove(file_ + ".lock");
  for (const std::string& name : {file_, folder_.File("hard.db")}) {
    EXPECT_THAT(Database::Open("sqlite:" + name), ReasonIs("DATABASE_IN_USE")) << name;
  }
  kill(child, SIGKILL);
  ASSERT_EQ(waitpid(child, nullptr, 0), child);
  EXPECT_THAT(Open(), IsOk());
  close(ready[0]);
  close(ready[1]);
}

TEST_F(SqliteFilesTest, AFolderThatIsMissingIsNamed) {
  EXPECT_THAT(Database::Open("sqlite:" + folder_.File("absent/store.db")),
              StatusIs(absl::StatusCode::kUnavailable, HasSubstr("absent/store.db")));
}

}  // namespace
}  // namespace clusterwire::sql
