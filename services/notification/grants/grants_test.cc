#include "services/notification/grants/grants.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/base/testing/fake_clock.h"
#include "libs/base/testing/status_matchers.h"
#include "services/notification/grants/testing/grant_records.h"

namespace clusterwire::notification {
namespace {

using change::v1::GrantChanged;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

class GrantsTest : public testing::Test {
 protected:
  filter::Viewer Viewer(std::string_view subject) {
    return grants_.ViewerOf(grants_.KeysOf(subject));
  }

  FakeClock clock_;
  Grants grants_{{.key = std::string(kSubjectKey), .hold_after = absl::Seconds(10)}, clock_};
};

TEST_F(GrantsTest, NothingMayBeMatchedBeforeAllWasRead) {
  EXPECT_THAT(grants_.CheckComplete(), ReasonIs("GRANTS_UNREAD"));
  EXPECT_TRUE(grants_.behind());
  ReadWhole(grants_, clock_);
  EXPECT_THAT(grants_.CheckComplete(), IsOk());
  EXPECT_FALSE(grants_.behind());
}

TEST_F(GrantsTest, WithoutAKeyNobodySeesMoreThanThePublicAndNothingIsHeld) {
  Grants off({}, clock_);
  clock_.Advance(absl::Hours(1));
  EXPECT_THAT(off.CheckComplete(), IsOk());
  EXPECT_FALSE(off.behind());
  EXPECT_THAT(off.KeysOf("corp:4711"), IsEmpty());
}

TEST_F(GrantsTest, SilenceForLongerThanTheLimitMakesThemOld) {
  ReadWhole(grants_, clock_);
  clock_.Advance(absl::Seconds(10));
  EXPECT_FALSE(grants_.behind());
  clock_.Advance(absl::Seconds(1));
  EXPECT_TRUE(grants_.behind());
  EXPECT_EQ(grants_.lag(), absl::Seconds(11));
  grants_.CaughtUp(clock_.Uptime());
  EXPECT_FALSE(grants_.behind());
}

TEST_F(GrantsTest, TheHighestRoleOfAResourceCountsAndLaterOnesAreAmongTheEarlier) {
  GrantChanged owner = GrantTo("corp:*", "clusters/c", "grants/b");
  owner.set_role(GrantChanged::ROLE_OWNER);
  GrantChanged editor = GrantTo("corp:4711", "programmes/p", "grants/c");
  editor.set_role(GrantChanged::ROLE_EDITOR);
  ReadWhole(grants_, clock_, {GrantTo("corp:4711", "clusters/c"), owner, editor});
  const filter::Viewer viewer = Viewer("corp:4711");
  EXPECT_THAT(viewer.members, ElementsAre("clusters/c", "programmes/p"));
  EXPECT_THAT(viewer.edits, ElementsAre("clusters/c", "programmes/p"));
  EXPECT_THAT(viewer.owns, ElementsAre("clusters/c"));
  EXPECT_FALSE(viewer.operator_);
  EXPECT_THAT(Viewer("other:4711").members, IsEmpty());
}

TEST_F(GrantsTest, ReadWholeButOfUnknownAgeTheyAreOld) {
  GrantIndex index;
  GrantIndex::Keys touched;
  index.Take(AllSent(), touched);
  grants_.Replace(std::move(index));
  EXPECT_THAT(grants_.CheckComplete(), IsOk());
  EXPECT_TRUE(grants_.behind()) << "the topic may have stood still for hours";
  grants_.CaughtUp(clock_.Uptime());
  EXPECT_FALSE(grants_.behind());
}

TEST_F(GrantsTest, AnotherRoleOnTheSameResourceConcernsNobody) {
  size_t told = 0;
  ReadWhole(grants_, clock_, {GrantTo("corp:4711", "clusters/c")});
  grants_.Listen([&](const GrantIndex::Keys&) { ++told; });
  GrantChanged owner = GrantTo("corp:4711", "clusters/c", "grants/a", 2);
  owner.set_role(GrantChanged::ROLE_OWNER);
  ReadOn(grants_, owner);
  EXPECT_EQ(told, 0u);
  EXPECT_THAT(Viewer("corp:4711").owns, ElementsAre("clusters/c"));
  ReadWhole(grants_, clock_, {GrantTo("corp:4711", "clusters/c", "grants/a", 3)});
  EXPECT_EQ(told, 0u);
  ReadOn(grants_, Withdrawn("grants/a", 4));
  EXPECT_EQ(told, 1u);
  grants_.Listen(nullptr);
}

TEST_F(GrantsTest, TellsWhomAChangeConcernsOnceItCanBeSeen) {
  std::vector<size_t> told;
  grants_.Listen([&](const GrantIndex::Keys& touched) {
    told.push_back(touched.size());
    EXPECT_THAT(Viewer("corp:4711").members, SizeIs(told.size() % 2));
  });
  ReadWhole(grants_, clock_, {GrantTo("corp:4711", "clusters/c")});
  ReadOn(grants_, Withdrawn("grants/a", 2));
  ReadOn(grants_, Withdrawn("grants/a", 2));
  EXPECT_THAT(told, ElementsAre(1u, 1u));
  grants_.Listen(nullptr);
}

TEST_F(GrantsTest, AnotherKeyIsNoticedAndKnowsNobody) {
  ReadWhole(grants_, clock_);
  EXPECT_FALSE(grants_.other_key());
  ReadOn(grants_, AllSent("another key of at least thirty-two bytes"));
  EXPECT_TRUE(grants_.other_key());
  EXPECT_FALSE(grants_.behind()) << "what is public goes on, and nothing else is ever matched";
}

}  // namespace
}  // namespace clusterwire::notification
