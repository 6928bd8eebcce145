#include "libs/change/wording.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/change/vocabulary.h"

namespace clusterwire::change {
namespace {

constexpr auto kEnglish = text::Language::kEnglish;
constexpr auto kGerman = text::Language::kGerman;

TEST(WordingTest, EveryTypeStateAndKindIsCalledSomethingInBothLanguages) {
  for (const auto language : {kEnglish, kGerman}) {
    for (const auto& [type, words] : Words().types) {
      EXPECT_NE(ThingCalled(type, language), "") << type;
      EXPECT_NE(ThingsCalled(type, language), "") << type;
      for (const auto& state : words.states) {
        EXPECT_NE(WordCalled("states", type, state, language), "") << type << " " << state;
      }
      for (const auto& kind : words.kinds) {
        EXPECT_NE(WordCalled("kinds", type, kind, language), "") << type << " " << kind;
      }
    }
    for (const std::string& kind : Kinds()) EXPECT_NE(KindClause(kind, language), "") << kind;
  }
}

TEST(WordingTest, AWordIsCalledAsItsTypeCallsIt) {
  EXPECT_EQ(WordCalled("states", "booking", "cancelled", kGerman), "storniert");
  EXPECT_EQ(WordCalled("kinds", "event", "award_ceremony", kEnglish), "award ceremony");
  EXPECT_EQ(WordCalled("kinds", "event", "award_ceremony", kGerman), "Preisverleihung");
  EXPECT_EQ(WordCalled("kinds", "taxonomy", "sector", kGerman), "Branche");
  EXPECT_EQ(WordCalled("types", "", "label", kGerman), "ein Label");
}

TEST(WordingTest, AWordOfAnotherTypeIsFoundToo) {
  EXPECT_EQ(WordCalled("states", "event", "lapsed", kGerman), "erloschen");
}

TEST(WordingTest, WhatTheContractsDoNotKnowIsCalledNothing) {
  EXPECT_EQ(WordCalled("kinds", "label", "silver", kGerman), "");
  EXPECT_EQ(WordCalled("states", "label", "burnt", kEnglish), "");
  EXPECT_EQ(ThingCalled("dragon", kGerman), "");
  EXPECT_EQ(KindClause("label.burnt", kEnglish), "");
  EXPECT_EQ(KindClause("", kEnglish), "");
}

}  // namespace
}  // namespace clusterwire::change
