#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/base/testing/seed.h"
#include "libs/base/testing/status_matchers.h"
#include "libs/resource/name.h"

namespace clusterwire::resource {
namespace {

TEST(Id, IsLowerCaseLettersDigitsAndInnerDashes) {
  for (const char* id : {"a", "7", "silicon-saxony", "a--b", "2024"}) EXPECT_TRUE(IsId(id)) << id;
  for (const char* id : {"", "-a", "a-", "A", "a_b", "a.b", "ä", "a/b", "-"}) {
    EXPECT_FALSE(IsId(id)) << id;
  }
  EXPECT_TRUE(IsId(std::string(60, 'a')));
  EXPECT_FALSE(IsId(std::string(61, 'a')));
}

TEST(Id, IsMadeWhenNoneIsGiven) {
  SeededRandom random(TestSeed());
  const auto made = IdOrRandom("cluster_id", "", random);
  ASSERT_THAT(made, IsOk());
  EXPECT_TRUE(IsId(*made));
  EXPECT_NE(*made, *IdOrRandom("cluster_id", "", random));
}

TEST(Id, ThatIsWrongNamesItsField) {
  SeededRandom random(TestSeed());
  EXPECT_THAT(IdOrRandom("cluster_id", "Silicon Saxony", random), HasFieldError("cluster_id"));
  EXPECT_EQ(*IdOrRandom("cluster_id", "silicon-saxony", random), "silicon-saxony");
}

TEST(Text, CountsCharactersAndNotBytes) {
  FieldErrors errors;
  CheckText(errors, "title", "äöü", 1, 3);
  EXPECT_THAT(errors.ToStatus(), IsOk());
  CheckText(errors, "title", "äöüß", 1, 3);
  EXPECT_THAT(errors.ToStatus(),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       testing::HasSubstr("must have 1 to 3 characters, has 4")));
}

TEST(Text, WithoutALowerLimitMayBeEmpty) {
  FieldErrors errors;
  CheckText(errors, "acronym", "", 0, 3);
  EXPECT_THAT(errors.ToStatus(), IsOk());
  CheckText(errors, "acronym", "abcd", 0, 3);
  EXPECT_THAT(errors.ToStatus(), StatusIs(absl::StatusCode::kInvalidArgument,
                                          testing::HasSubstr("must have at most 3 characters")));
}

TEST(Text, HoldsNoControlCharacters) {
  for (const std::string& text :
       {std::string("a\0b", 3), std::string("a\x1b"), std::string("\x7f")}) {
    FieldErrors errors;
    CheckText(errors, "title", text, 1, 10);
    EXPECT_THAT(errors.ToStatus(), HasFieldError("title"));
  }
  FieldErrors errors;
  CheckText(errors, "summary", "one\n\ttwo", 1, 10);
  EXPECT_THAT(errors.ToStatus(), IsOk());
}

}  // namespace
}  // namespace clusterwire::resource
