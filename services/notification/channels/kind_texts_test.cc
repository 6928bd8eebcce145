#include "services/notification/channels/kind_texts.h"

#include "absl/strings/str_replace.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/change/vocabulary.h"

namespace clusterwire::notification {
namespace {

using testing::AnyOf;
using testing::HasSubstr;
using testing::Not;

TEST(KindTextsTest, EveryKindOfTheContractReadsLikeASentence) {
  for (const std::string& kind : change::Kinds()) {
    if (kind == "facts.refreshed") continue;  // told by what it led to
    SCOPED_TRACE(kind);
    const std::string clause = KindClause(kind, "2027-03-31", 30);
    EXPECT_NE(clause, absl::StrReplaceAll(kind, {{".", " "}, {"_", " "}})) << "has no words";
    EXPECT_THAT(clause, testing::StartsWith("the "));
    EXPECT_THAT(clause, Not(AnyOf(HasSubstr("{"), HasSubstr("/"), HasSubstr("_"))));
    EXPECT_NE(clause.back(), '.') << "a title ends without one";
    EXPECT_LE(clause.size(), 100);
  }
}

TEST(KindTextsTest, NoTwoKindsSayTheSame) {
  std::map<std::string, std::string> told;
  for (const std::string& kind : change::Kinds()) {
    const auto [other, is_new] = told.emplace(KindClause(kind), kind);
    EXPECT_TRUE(is_new) << kind << " says what " << other->second << " says: " << other->first;
  }
}

TEST(KindTextsTest, AReminderSaysTheDayAndHowFarItIs) {
  const auto ends = [](std::string_view day, int days_left) {
    return KindClause("label.expiring", day, days_left);
  };
  EXPECT_EQ(ends("2027-03-31", 30), "the label ends in 30 days, on 31 March 2027");
  EXPECT_EQ(ends("2028-02-29", 1), "the label ends tomorrow, on 29 February 2028");
  EXPECT_EQ(ends("2027-03-01", 0), "the label ends today, on 1 March 2027");
  EXPECT_EQ(ends("", 0), "the label ends soon");
}

TEST(KindTextsTest, AKindNobodyKnowsIsToldByItsName) {
  EXPECT_EQ(KindClause("call.cut_off"), "call cut off");
}

}  // namespace
}  // namespace clusterwire::notification
