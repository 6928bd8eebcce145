#include "services/notification/grants/grant_index.h"

#include "absl/strings/str_cat.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/notification/grants/testing/grant_records.h"

namespace clusterwire::notification {
namespace {

using change::v1::GrantChanged;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

class GrantIndexTest : public testing::Test {
 protected:
  GrantIndex::Keys Take(const GrantChanged& grant) {
    GrantIndex::Keys touched;
    index_.Take(grant, touched);
    return touched;
  }
  std::vector<std::string> Seen(std::string_view subject) const {
    std::vector<std::string> resources;
    for (const Granted& one : index_.Of(KeysOf(kSubjectKey, subject))) {
      resources.push_back(one.resource);
    }
    return resources;
  }

  GrantIndex index_;
};

TEST_F(GrantIndexTest, FindsWhatIsGivenToASubjectAndToNobodyElse) {
  Take(GrantTo("corp:4711", "programmes/p"));
  EXPECT_THAT(Seen("corp:4711"), ElementsAre("programmes/p"));
  EXPECT_THAT(Seen("corp:471"), IsEmpty());
  EXPECT_THAT(Seen("corp:47110"), IsEmpty());
}

TEST_F(GrantIndexTest, APatternTakesInWhatBeginsSoAndNothingThatIsCalledSo) {
  Take(GrantTo("k8s:system:serviceaccount:map:*", "programmes/p"));
  EXPECT_THAT(Seen("k8s:system:serviceaccount:map:page"), ElementsAre("programmes/p"));
  EXPECT_THAT(Seen("k8s:system:serviceaccount:mapper:page"), IsEmpty());
  // A subject that is named like what stands before the star.
  EXPECT_THAT(Seen("k8s:system:serviceaccount:map:"), IsEmpty());
  Take(GrantTo("spiffe://example.org/ns/map/", "clusters/c", "grants/b"));
  EXPECT_THAT(Seen("spiffe://example.org/ns/map/page"), IsEmpty());
}

TEST_F(GrantIndexTest, ANameThatIsGoneGivesNothingAndTakesNoRoom) {
  Take(GrantTo("corp:4711", "programmes/p", "grants/a", 3));
  Take(Withdrawn("grants/b", 4));
  GrantIndex::Keys touched;
  index_.Forget("grants/a", touched);
  EXPECT_THAT(touched, SizeIs(1));
  index_.Forget("grants/b", touched);
  index_.Forget("grants/never", touched);
  EXPECT_THAT(touched, SizeIs(1));
  EXPECT_THAT(Seen("corp:4711"), IsEmpty());
  EXPECT_EQ(index_.counts().in_force, 0u);
  EXPECT_EQ(index_.counts().unreadable, 0u);
}

TEST_F(GrantIndexTest, AWithdrawalTakesItAwayAndAnOlderRecordBringsNothingBack) {
  Take(GrantTo("corp:4711", "programmes/p", "grants/a", 3));
  EXPECT_THAT(Take(Withdrawn("grants/a", 5)), SizeIs(1));
  EXPECT_THAT(Seen("corp:4711"), IsEmpty());
  EXPECT_THAT(Take(GrantTo("corp:4711", "programmes/p", "grants/a", 3)), IsEmpty());
  EXPECT_THAT(Seen("corp:4711"), IsEmpty());
  Take(GrantTo("corp:4711", "programmes/p", "grants/a", 6));
  EXPECT_THAT(Seen("corp:4711"), SizeIs(1));
}

TEST_F(GrantIndexTest, AnotherHistoryIsNewerWhateverItsRevision) {
  Take(GrantTo("corp:4711", "programmes/p", "grants/a", 90));
  GrantChanged gone = Withdrawn("grants/a", 2);
  gone.set_history("restored");
  Take(gone);
  EXPECT_THAT(Seen("corp:4711"), IsEmpty());
}

TEST_F(GrantIndexTest, AGrantThatMovesToAnotherSubjectTouchesBoth) {
  Take(GrantTo("corp:1", "programmes/p", "grants/a", 1));
  EXPECT_THAT(Take(GrantTo("corp:2", "programmes/p", "grants/a", 2)), SizeIs(2));
  EXPECT_THAT(Seen("corp:1"), IsEmpty());
  EXPECT_THAT(Seen("corp:2"), SizeIs(1));
  EXPECT_THAT(Take(GrantTo("corp:2", "programmes/p", "grants/a", 3)), IsEmpty());
}

TEST_F(GrantIndexTest, WhatCannotBeReadGivesNothingUntilSomethingNewerCan) {
  Take(GrantTo("corp:4711", "programmes/p", "grants/a", 3));
  GrantIndex::Keys touched;
  index_.TakeUnreadable("grants/a", touched);
  EXPECT_THAT(touched, SizeIs(1));
  EXPECT_THAT(Seen("corp:4711"), IsEmpty());
  EXPECT_EQ(index_.counts().unreadable, 1u);
  EXPECT_EQ(index_.counts().in_force, 0u);
  // What it followed comes again after a crash of the catalogue: it may have been withdrawn since.
  Take(GrantTo("corp:4711", "programmes/p", "grants/a", 3));
  EXPECT_THAT(Seen("corp:4711"), IsEmpty());
  Take(GrantTo("corp:4711", "programmes/p", "grants/a", 4));
  EXPECT_THAT(Seen("corp:4711"), SizeIs(1));
  EXPECT_EQ(index_.counts().unreadable, 0u);
}

TEST_F(GrantIndexTest, GivingAndWithdrawingWithoutEndKeepsNobodyElseOut) {
  Take(GrantTo("corp:4711", "programmes/p"));
  for (size_t i = 1; i < GrantIndex::kMostNames; ++i) {
    Take(Withdrawn(absl::StrCat("grants/w", i), 2));
  }
  Take(GrantTo("corp:1", "programmes/p", "grants/new", 3));
  EXPECT_THAT(Seen("corp:1"), SizeIs(1));
  EXPECT_THAT(Seen("corp:4711"), SizeIs(1));
  EXPECT_EQ(index_.counts().in_force, 2u);
  EXPECT_EQ(index_.counts().left_out, 0u);
}

TEST_F(GrantIndexTest, DifferenceNamesWhomSomethingElseIsGivenTo) {
  GrantIndex other;
  GrantIndex::Keys touched;
  Take(GrantTo("corp:1", "programmes/p", "grants/a", 1));
  Take(GrantTo("corp:2", "programmes/p", "grants/b", 2));
  other.Take(GrantTo("corp:1", "programmes/p", "grants/a", 1), touched);
  other.Take(GrantTo("corp:3", "programmes/p", "grants/c", 3), touched);
  EXPECT_THAT(GrantIndex::Difference(index_, other), SizeIs(2));
  EXPECT_THAT(GrantIndex::Difference(index_, index_), IsEmpty());
}

}  // namespace
}  // namespace clusterwire::notification
