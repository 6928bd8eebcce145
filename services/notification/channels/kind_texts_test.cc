#include "services/notification/channels/kind_texts.h"

#include "absl/strings/ascii.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/base/text/strings.h"
#include "libs/change/vocabulary.h"

namespace clusterwire::notification {
namespace {

using testing::AnyOf;
using testing::HasSubstr;
using testing::Not;

constexpr auto kEnglish = text::Language::kEnglish;
constexpr auto kGerman = text::Language::kGerman;

TEST(KindTextsTest, EveryKindOfTheContractReadsLikeAClause) {
  for (const std::string& kind : change::Kinds()) {
    if (kind == "facts.refreshed") continue;  // told by what it led to
    SCOPED_TRACE(kind);
    const std::string english = KindText(kind, kEnglish, "2027-03-31", 30);
    const std::string german = KindText(kind, kGerman, "2027-03-31", 30);
    EXPECT_TRUE(absl::ascii_islower(static_cast<unsigned char>(english.front()))) << english;
    for (const std::string& clause : {english, german}) {
      EXPECT_THAT(clause, Not(AnyOf(HasSubstr("{"), HasSubstr("/"), HasSubstr("_"))));
      EXPECT_NE(clause.back(), '.') << "a title ends without one";
      EXPECT_LE(*Utf8Length(clause), 100) << clause;
    }
  }
}

TEST(KindTextsTest, NoTwoKindsSayTheSame) {
  for (const auto language : {kEnglish, kGerman}) {
    std::map<std::string, std::string> told;
    for (const std::string& kind : change::Kinds()) {
      const auto [other, is_new] = told.emplace(KindText(kind, language), kind);
      EXPECT_TRUE(is_new) << kind << " says what " << other->second << " says: " << other->first;
    }
  }
}

TEST(KindTextsTest, AReminderSaysTheDayAndHowFarItIs) {
  const auto ends = [](text::Language language, std::string_view day, int days_left) {
    return KindText("label.expiring", language, day, days_left);
  };
  EXPECT_EQ(ends(kEnglish, "2027-03-31", 30), "the label ends in 30 days, on 31 March 2027");
  EXPECT_EQ(ends(kEnglish, "2028-02-29", 1), "the label ends tomorrow, on 29 February 2028");
  EXPECT_EQ(ends(kEnglish, "2027-03-01", 0), "the label ends today, on 1 March 2027");
  EXPECT_EQ(ends(kEnglish, "", 0), "the label ends soon");
  EXPECT_EQ(ends(kGerman, "2027-03-31", 30), "das Label endet in 30 Tagen, am 31. März 2027");
  EXPECT_EQ(ends(kGerman, "2028-02-29", 1), "das Label endet morgen, am 29. Februar 2028");
  EXPECT_EQ(ends(kGerman, "2027-03-01", 0), "das Label endet heute, am 1. März 2027");
  EXPECT_EQ(ends(kGerman, "", 0), "das Label endet bald");
}

TEST(KindTextsTest, AKindOfANewerReleaseIsToldByItsName) {
  EXPECT_EQ(KindText("call.cut_off", kGerman), "call cut off");
}

}  // namespace
}  // namespace clusterwire::notification
