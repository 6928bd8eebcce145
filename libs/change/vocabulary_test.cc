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
  EXPECT_THAT(types.at("cluster").states, ElementsAre("draft", "published", "archived", "ended"));
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
  EXPECT_THAT(WrongKind("label.eaten"), HasSubstr("label.expiring, label.renewal_closing"));
  EXPECT_THAT(WrongKind("label.eaten"), ::testing::Not(HasSubstr("programme")))
      << "all kinds are more than an error holds";
  EXPECT_THAT(WrongKind("lable.awarded"), HasSubstr("did you mean 'label.awarded'?"));
  EXPECT_THAT(WrongKind("nonsense"), HasSubstr("label.…, programme.…"));
  EXPECT_THAT(Kinds(), Contains("label.deleted"));
}

TEST(WrongName, AndWrongIdTellWhatCanBeNone) {
  for (const char* name :
       {"clusters/a", "clusters/a/labels/b", "programmes/p/memberships/m/standing"}) {
    EXPECT_EQ(WrongName(name), "") << name;
  }
  for (const char* name : {"a", "clusters", "clusters/", "/clusters/a", "clusters/a/labels"}) {
    EXPECT_THAT(WrongName(name), HasSubstr("no name of a resource")) << name;
  }
  EXPECT_EQ(WrongId("1wxtg8fc469z0mqjkc33562egd:11:1"), "");
  for (const char* id : {"h", "h:1", "h:1:x", ":1:1", "h:1:1:1", "deliveries/a"}) {
    EXPECT_THAT(WrongId(id), HasSubstr("no id of a change")) << id;
  }
}

}  // namespace
}  // namespace clusterwire::change
