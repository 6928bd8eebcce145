#include "services/notification/ledger/records/seen_by.h"

#include <gtest/gtest.h>

namespace clusterwire::notification {
namespace {

type::v1::Facts For(const std::vector<std::string>& members) {
  type::v1::Facts facts;
  facts.mutable_audience();
  for (const std::string& member : members) facts.mutable_audience()->add_members(member);
  return facts;
}

TEST(SeenByTest, SaysTheSameAsTheFacts) {
  const type::v1::Facts everybody;
  for (const type::v1::Facts& facts :
       {everybody, For({}), For({"programmes/p"}), For({"clusters/c", "programmes/p"})}) {
    for (const filter::Viewer& viewer :
         {filter::Viewer::Public(), filter::Viewer::Operator(), filter::Viewer::As("programmes/p"),
          filter::Viewer::As("programmes/pq"), filter::Viewer::As("clusters/c")}) {
      EXPECT_EQ(IsSeen(viewer, SeenBy(facts)), filter::Sees(viewer, facts))
          << facts.ShortDebugString();
    }
  }
}

TEST(SeenByTest, AChangeIsSeenByWhoSeesOneOfItsImages) {
  change::v1::ResourceChanged change;
  EXPECT_EQ(SeenBy(change), " ") << "what has no image says nothing to anybody";
  EXPECT_EQ(SeenSince(change), std::nullopt);
  *change.mutable_before() = For({"programmes/p"});
  EXPECT_EQ(SeenBy(change), " programmes/p ");
  *change.mutable_after() = For({"clusters/c"});
  EXPECT_EQ(SeenBy(change), " programmes/p clusters/c ");
  change.mutable_after()->clear_audience();
  EXPECT_EQ(SeenBy(change), "");
  EXPECT_EQ(SeenSince(change), "");
  change.clear_after();
  EXPECT_EQ(SeenSince(change), " programmes/p ") << "what was hidden when it was deleted stays so";
}

TEST(SeenByTest, WhatIsNoNameLetsNobodyIn) {
  EXPECT_EQ(SeenBy(For({"a programmes/p", "", std::string("x\0y", 3)})), " ");
}

}  // namespace
}  // namespace clusterwire::notification
