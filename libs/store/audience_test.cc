#include "libs/store/audience.h"

#include <initializer_list>

#include <gtest/gtest.h>

namespace clusterwire::store {
namespace {

Sight Some(std::initializer_list<const char*> members) {
  Facts facts;
  facts.mutable_audience();
  for (const char* member : members) facts.mutable_audience()->add_members(member);
  return Sight::Of(facts);
}

TEST(SightTest, FactsWithoutAudienceAreForEverybody) {
  EXPECT_EQ(Sight::Of(Facts()), Sight::Everybody());
  EXPECT_NE(Some({}), Sight::Everybody());
  EXPECT_NE(Some({}), Sight::Nobody());
}

TEST(SightTest, AndIsWhoIsInBoth) {
  EXPECT_EQ(Some({"a", "b"}).And(Some({"b", "c"})), Some({"b"}));
  EXPECT_EQ(Some({"a"}).And(Some({"b"})), Some({}));
  EXPECT_EQ(Some({"a"}).And(Sight::Everybody()), Some({"a"}));
  EXPECT_EQ(Sight::Everybody().And(Some({"a"})), Some({"a"}));
  EXPECT_EQ(Sight::Everybody().And(Sight::Nobody()), Sight::Nobody());
  EXPECT_EQ(Sight::Nobody().And(Some({"a"})), Sight::Nobody());
}

TEST(SightTest, IncludesComparesWhoSees) {
  EXPECT_TRUE(Sight::Everybody().Includes(Some({"a"})));
  EXPECT_TRUE(Sight::Everybody().Includes(Sight::Everybody()));
  EXPECT_TRUE(Some({"a", "b"}).Includes(Some({"a"})));
  EXPECT_FALSE(Some({"a"}).Includes(Some({"a", "b"})));
  EXPECT_FALSE(Some({"a"}).Includes(Sight::Everybody()));
  EXPECT_TRUE(Some({}).Includes(Sight::Nobody()));
  EXPECT_FALSE(Sight::Nobody().Includes(Some({})));
}

TEST(SightTest, WriteToReplacesTheAudience) {
  Facts facts;
  facts.mutable_audience()->add_members("old");
  Some({"b", "a"}).WriteTo(&facts);
  EXPECT_EQ(facts.audience().members(0), "a");
  EXPECT_EQ(facts.audience().members_size(), 2);
  Some({}).WriteTo(&facts);
  EXPECT_TRUE(facts.has_audience());
  Sight::Everybody().WriteTo(&facts);
  EXPECT_FALSE(facts.has_audience());
}

}  // namespace
}  // namespace clusterwire::store
