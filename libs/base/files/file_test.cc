#include "libs/base/files/file.h"

#include <fstream>

#include <gmock/gmock.h>
#include <sys/stat.h>

#include "libs/base/testing/status_matchers.h"
#include "libs/base/testing/temp_dir.h"

namespace clusterwire {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(FileTest, AFileIsReadUpToItsLimit) {
  const TempDir folder;
  std::ofstream(folder.File("a")) << "secret";
  EXPECT_THAT(ReadFile(folder.File("a"), 6), IsOkAndHolds("secret"));
  EXPECT_THAT(ReadFile(folder.File("a"), 5),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       AllOf(HasSubstr("more than 5 bytes"), Not(HasSubstr("secret")))));
}

TEST(FileTest, WhatIsNoFileIsSaidAndNotWaitedFor) {
  const TempDir folder;
  ASSERT_EQ(mkfifo(folder.File("pipe").c_str(), 0600), 0);
  for (const std::string& path : {folder.File("pipe"), folder.path(), folder.File("nothing")}) {
    EXPECT_THAT(ReadFile(path, 10), StatusIs(absl::StatusCode::kFailedPrecondition)) << path;
  }
}

}  // namespace
}  // namespace clusterwire
