#include "libs/config/key_file.h"

#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/base/testing/seed.h"
#include "libs/base/testing/status_matchers.h"
#include "libs/base/testing/temp_dir.h"

namespace clusterwire::config {
namespace {

using testing::HasSubstr;

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
  std::ofstream(folder.File("token.key")) << "short";
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
