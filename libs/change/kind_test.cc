#include <set>

#include <gmock/gmock.h>

#include "libs/change/record.h"

namespace clusterwire::change {
namespace {

TEST(ChangeKindTest, EveryKindHasATextOfItsOwnThatLeadsBack) {
  std::set<std::string> texts;
  const auto& type = *v1::ChangeKind_descriptor();
  for (int i = 0; i < type.value_count(); ++i) {
    const auto kind = static_cast<ChangeKind>(type.value(i)->number());
    if (kind == v1::CHANGE_KIND_UNSPECIFIED) continue;
    const std::string text(KindText(kind));
    EXPECT_THAT(text, testing::MatchesRegex("[a-z_]+\\.[a-z_]+"));
    EXPECT_TRUE(texts.insert(text).second) << text << " stands for two kinds";
    EXPECT_EQ(KindOf(text), kind);
  }
}

TEST(ChangeKindTest, WhatIsNotOnTheListIsNoKind) {
  EXPECT_EQ(KindText(v1::CHANGE_KIND_LABEL_AWARDED), "label.awarded");
  EXPECT_EQ(KindText(v1::CHANGE_KIND_UNSPECIFIED), "");
  for (const char* text : {"", "label", "label.awarded ", "LABEL.AWARDED", "label.eaten"}) {
    EXPECT_EQ(KindOf(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace clusterwire::change
