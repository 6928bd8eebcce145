#include "libs/sql/owner.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/base/testing/status_matchers.h"
#include "libs/sql/testing/backends.h"

namespace clusterwire::sql {
namespace {

using ::testing::HasSubstr;

class OwnerTest : public testing::TestWithParam<Dialect> {
 protected:
  TestDatabase files_{GetParam()};
};

INSTANTIATE_TEST_SUITE_P(Both, OwnerTest, kBothDatabases, DialectName);

TEST_P(OwnerTest, ADatabaseBelongsToTheServiceThatFirstClaimedIt) {
  const auto database = files_.Open();
  ASSERT_THAT(Claim(*database, "catalogue"), IsOk());
  EXPECT_THAT(Claim(*database, "catalogue"), IsOk());
  const absl::Status refused = Claim(*database, "notification");
  EXPECT_THAT(refused, StatusIs(absl::StatusCode::kFailedPrecondition,
                                HasSubstr("belongs to the catalogue service")));
  EXPECT_THAT(refused, ReasonIs("DATABASE_OF_ANOTHER"));
}

TEST_P(OwnerTest, WhoseAFileIsCanBeSeenWithoutOpeningItForGood) {
  const bool sqlite = GetParam() == Dialect::kSqlite;
  EXPECT_THAT(CheckOwner(files_.url(), "notification"), IsOk()) << "it isn't there";
  {
    const auto database = files_.Open();
    EXPECT_THAT(CheckOwner(files_.url(), "notification"), IsOk()) << "it is nobody's";
    ASSERT_THAT(Claim(*database, "catalogue"), IsOk());
    EXPECT_EQ(CheckOwner(files_.url(), "notification").ok(), !sqlite) << "while it is open";
  }
  EXPECT_EQ(CheckOwner(files_.url(), "notification").ok(), !sqlite);
  EXPECT_THAT(CheckOwner(files_.url(), "catalogue"), IsOk());
}

}  // namespace
}  // namespace clusterwire::sql
