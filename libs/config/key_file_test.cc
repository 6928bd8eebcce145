#include "libs/config/key_file.h"

#include <unistd.h>

#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "libs/base/testing/seed.h"
#include "libs/base/testing/status_matchers.h"
#include "libs/base/testing/temp_dir.h"

namespace clusterwire::config {
namespace {

using testing::HasSubstr;

constexpr char kKey[] = "0123456789abcdef0123456789abcdef";

void WriteKey(const std::string& path, std::string_view key, mode_t mode = 0600) {
  std::ofstream(path) << key;
  ASSERT_EQ(chmod(path.c_str(), mode), 0);
}

TEST(KeyFile, ThatOthersCouldReadOrChangeIsRefused) {
  TempDir folder;
  SeededRandom random(TestSeed());
  const std::string path = folder.File("token.key");
  for (const mode_t mode : {0644, 0604, 0620, 0666}) {
    WriteKey(path, kKey, mode);
    EXPECT_THAT(LoadOrMakeKey(path, random),
                StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("chmod 600")))
        << mode;
  }
  for (const mode_t mode : {0600, 0400}) {
    WriteKey(path, kKey, mode);
    EXPECT_EQ(*LoadOrMakeKey(path, random), kKey);
  }
}

// As a mounted secret: of root, and read by the group that the platform gives to the process.
TEST(KeyFile, OfRootMayBeReadByTheGroup) {
  if (getuid() != 0) GTEST_SKIP() << "needs root";
  TempDir folder;
  SeededRandom random(TestSeed());
  const std::string path = folder.File("token.key");
  WriteKey(path, kKey, 0440);
  EXPECT_EQ(*LoadOrMakeKey(path, random), kKey);
  ASSERT_EQ(chown(path.c_str(), 65534, 65534), 0);
  EXPECT_THAT(LoadOrMakeKey(path, random), StatusIs(absl::StatusCode::kFailedPrecondition));
}

TEST(KeyFile, ThatEverybodyKnowsIsRefused) {
  TempDir folder;
  SeededRandom random(TestSeed());
  const std::string path = folder.File("token.key");
  for (const std::string& key :
       {std::string("REPLACE-WITH-32-RANDOM-BYTES-OR-MORE"), std::string(32, ' '),
        std::string("changeme-changeme-changeme-changeme")}) {
    WriteKey(path, key);
    const auto refused = LoadOrMakeKey(path, random);
    EXPECT_THAT(refused, StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("random")))
        << key;
    EXPECT_THAT(std::string(refused.status().message()), testing::Not(HasSubstr(key)));
  }
}

TEST(KeyFile, ThatIsAFolderSaysSo) {
  TempDir folder;
  SeededRandom random(TestSeed());
  for (const std::string& path : {folder.path(), folder.File("new/")}) {
    EXPECT_THAT(LoadOrMakeKey(path, random),
                StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("is a folder")))
        << path;
  }
}

TEST(KeyFile, GetsAFolderForItsOwnerAlone) {
  TempDir folder;
  SeededRandom random(TestSeed());
  ASSERT_THAT(LoadOrMakeKey(folder.File("deep/down/token.key"), random), IsOk());
  EXPECT_EQ(std::filesystem::status(folder.File("deep/down")).permissions(),
            std::filesystem::perms::owner_all);
}

TEST(KeyFile, IsMadeOnceAndReadFromThenOn) {
  TempDir folder;
  SeededRandom random(TestSeed());
  const std::string path = folder.File("deep/down/token.key");
  const auto made = LoadOrMakeKey(path, random);
  ASSERT_THAT(made, IsOk());
  EXPECT_EQ(made->size(), 32u);
  EXPECT_EQ(*LoadOrMakeKey(path, random), *made);
}

TEST(KeyFile, IsReadableForItsOwnerOnly) {
  TempDir folder;
  SeededRandom random(TestSeed());
  ASSERT_THAT(LoadOrMakeKey(folder.File("token.key"), random), IsOk());
  EXPECT_EQ(std::filesystem::status(folder.File("token.key")).permissions(),
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder.path())) {
    files += entry.is_regular_file() ? 1 : 0;
  }
  EXPECT_EQ(files, 1) << "no draft stays behind";
}

TEST(KeyFile, ThatIsTooShortIsRefused) {
  TempDir folder;
  SeededRandom random(TestSeed());
  WriteKey(folder.File("token.key"), "short");
  EXPECT_THAT(LoadOrMakeKey(folder.File("token.key"), random),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("holds 5 bytes")));
}

TEST(KeyFile, ThatCanNotBeMadeSaysWhy) {
  TempDir folder;
  SeededRandom random(TestSeed());
  std::ofstream(folder.File("file")) << "x";
  EXPECT_THAT(LoadOrMakeKey(folder.File("file/token.key"), random),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("token.key")));
}

}  // namespace
}  // namespace clusterwire::config
