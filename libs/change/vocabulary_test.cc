#include "libs/change/vocabulary.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace clusterwire::change {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Key;

TEST(Words, AreThoseOfTheContracts) {
  const auto& types = Words().types;
  EXPECT_THAT(types, Contains(Key("label_scheme")));
  EXPECT_THAT(types.at("cluster").states, ElementsAre("draft", "published"));
  EXPECT_THAT(types.at("event").kinds, Contains("side_event"));
  EXPECT_THAT(types.at("taxonomy").kinds, ElementsAre("sector", "region"));
  EXPECT_THAT(types.at("taxonomy").states, IsEmpty());
  EXPECT_THAT(types.at("label").states, Contains("renewable"));
  EXPECT_TRUE(types.at("label").open_kinds);
  EXPECT_FALSE(types.at("event").open_kinds);
}

TEST(Kinds, AMistypedOneIsNamedWithTheOneThatWasMeant) {
  EXPECT_EQ(WrongKind("label.awarded"), "");
  EXPECT_THAT(WrongKind("label.award"), HasSubstr("did you mean 'label.awarded'?"));
  EXPECT_THAT(Kinds(), Contains("label.deleted"));
}

}  // namespace
}  // namespace clusterwire::change
