#include "libs/resource/page.h"

#include <gtest/gtest.h>

namespace clusterwire::resource {
namespace {

TEST(PageRoom, EndsAtItsItemsOrItsBytes) {
  PageRoom items(2, 100);
  EXPECT_TRUE(items.Takes(10));
  EXPECT_TRUE(items.Takes(10));
  EXPECT_FALSE(items.Takes(10));
  PageRoom bytes(10, 100);
  EXPECT_TRUE(bytes.Takes(60));
  EXPECT_TRUE(bytes.Takes(40));
  EXPECT_FALSE(bytes.Takes(1));
}

TEST(PageRoom, NeverEndsBeforeItsFirstItem) {
  PageRoom room(10, 100);
  EXPECT_TRUE(room.Takes(1000));
  EXPECT_FALSE(room.Takes(1));
}

}  // namespace
}  // namespace clusterwire::resource
