#include "libs/sql/url.h"

#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/base/testing/status_matchers.h"
#include "libs/base/testing/temp_dir.h"

namespace clusterwire::sql {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(UrlTest, WhatIsClearIsTaken) {
  for (const char* url :
       {"sqlite:/var/lib/x/store.db", "sqlite:store@2.db", "postgresql://db/x",
        "postgresql://cw:se%40cret@db:5432/x?sslmode=require", "postgres://cw@[::1]:5432/x",
        "postgresql:///x?host=/run/postgresql&port=5433", "postgresql://a:1,b:2/x",
        "postgresql://cw:a:b@db/x"}) {
    EXPECT_THAT(CheckUrl(url), IsOk()) << url;
  }
}

// libpq would take a part of each of these passwords for a host or a port, and name it.
TEST(UrlTest, APasswordWhoseEndIsNotClearIsRefusedAndNoPartOfItIsNamed) {
  for (const char* url : {"postgresql://cw:sec@ret@db/x", "postgresql://cw:sec/ret@db/x",
                          "postgresql://cw:sec?ret@db/x", "postgresql://cw:sec#ret@db/x",
                          "postgresql://cw:sec/x", "postgres://cw:sec@db:ret/x",
                          "postgresql://db/x?password=sec@ret", "postgresql://a:1,cw:sec/x"}) {
    const absl::Status status = CheckUrl(url);
    EXPECT_THAT(status, StatusIs(absl::StatusCode::kInvalidArgument)) << url;
    for (const char* part : {"sec", "ret", "cw"}) {
      EXPECT_THAT(std::string(status.message()), Not(HasSubstr(part))) << url;
    }
  }
}

TEST(UrlTest, WhatLibpqCantReadIsRefusedBeforeAnythingIsConnectedTo) {
  for (const char* url : {"postgresql://cw:sec%zzret@db/x", "postgresql://db/x?sslmod=require",
                          "postgresql://cw:sec@[::1/x", "postgresql://db/x?secret"}) {
    const absl::Status status = CheckUrl(url);
    EXPECT_THAT(status, StatusIs(absl::StatusCode::kInvalidArgument)) << url;
    EXPECT_THAT(std::string(status.message()), Not(HasSubstr("sec"))) << url;
  }
}

TEST(UrlTest, OneFileIsOneHoweverItIsSpelled) {
  const TempDir folder;
  const std::string file = folder.File("a.db");
  EXPECT_TRUE(SameFile("sqlite:" + file,
                       "sqlite:" + folder.path() + "/../" +
                           std::filesystem::path(folder.path()).filename().string() + "/./a.db"))
      << "before it is there";
  std::ofstream(file) << "x";
  std::filesystem::create_symlink(file, folder.File("b.db"));
  EXPECT_TRUE(SameFile("sqlite:" + file, "sqlite:" + folder.File("b.db")));
  EXPECT_FALSE(SameFile("sqlite:" + file, "sqlite:" + folder.File("c.db")));
  EXPECT_FALSE(SameFile("postgresql://db/x", "postgresql://db/x"));
}

}  // namespace
}  // namespace clusterwire::sql
