#include "libs/facts/facts.h"

#include <initializer_list>

#include <gtest/gtest.h>

namespace clusterwire::facts {
namespace {

Audience Some(std::initializer_list<const char*> members) {
  Facts facts;
  facts.mutable_audience();
  for (const char* member : members) facts.mutable_audience()->add_members(member);
  return Audience::Of(facts);
}

TEST(AudienceTest, FactsWithoutAudienceAreForEverybody) {
  EXPECT_EQ(Audience::Of(Facts()), Audience::Everybody());
  EXPECT_NE(Some({}), Audience::Everybody());
  EXPECT_NE(Some({}), Audience::Nobody());
}

TEST(AudienceTest, AndIsWhoIsInBoth) {
  EXPECT_EQ(Some({"a", "b"}).And(Some({"b", "c"})), Some({"b"}));
  EXPECT_EQ(Some({"a"}).And(Some({"b"})), Some({}));
  EXPECT_EQ(Some({"a"}).And(Audience::Everybody()), Some({"a"}));
  EXPECT_EQ(Audience::Everybody().And(Some({"a"})), Some({"a"}));
  EXPECT_EQ(Audience::Everybody().And(Audience::Nobody()), Audience::Nobody());
  EXPECT_EQ(Audience::Nobody().And(Some({"a"})), Audience::Nobody());
}

TEST(AudienceTest, IncludesComparesWhoSees) {
  EXPECT_TRUE(Audience::Everybody().Includes(Some({"a"})));
  EXPECT_TRUE(Audience::Everybody().Includes(Audience::Everybody()));
  EXPECT_TRUE(Some({"a", "b"}).Includes(Some({"a"})));
  EXPECT_FALSE(Some({"a"}).Includes(Some({"a", "b"})));
  EXPECT_FALSE(Some({"a"}).Includes(Audience::Everybody()));
  EXPECT_TRUE(Some({}).Includes(Audience::Nobody()));
  EXPECT_FALSE(Audience::Nobody().Includes(Some({})));
}

TEST(AudienceTest, WriteToReplacesTheAudience) {
  Facts facts;
  facts.mutable_audience()->add_members("old");
  Some({"b", "a"}).WriteTo(&facts);
  EXPECT_EQ(facts.audience().members(0), "a");
  EXPECT_EQ(facts.audience().members_size(), 2);
  Some({}).WriteTo(&facts);
  EXPECT_TRUE(facts.has_audience());
  Audience::Everybody().WriteTo(&facts);
  EXPECT_FALSE(facts.has_audience());
}

TEST(ParseAudienceTest, SaysOfTheAudienceWhatParseSaysAndNothingElse) {
  Facts facts;
  facts.set_title("Silicon Saxony");
  facts.mutable_point()->set_latitude(51);
  facts.set_size(7);
  facts.add_names("After the audience");
  for (const bool some : {false, true}) {
    if (some) facts.mutable_audience()->add_members("programmes/go-cluster");
    Facts audience;
    if (some) *audience.mutable_audience() = facts.audience();
    const auto parsed = ParseAudience(facts.SerializeAsString());
    ASSERT_TRUE(parsed.ok() && parsed->has_value());
    EXPECT_EQ((*parsed)->SerializeAsString(), audience.SerializeAsString());
  }
}

TEST(ParseAudienceTest, OfNoFactsThereIsNoneAndWhatIsNoFactsIsDataLoss) {
  EXPECT_EQ(ParseAudience(std::nullopt)->has_value(), false);
  Facts facts;
  facts.mutable_audience()->add_members("programmes/go-cluster");
  std::string cut = facts.SerializeAsString();
  cut.pop_back();
  EXPECT_TRUE(absl::IsDataLoss(ParseAudience(cut).status()));
}

}  // namespace
}  // namespace clusterwire::facts
