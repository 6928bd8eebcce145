#include "libs/rpc/admission/view_as.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/base/testing/status_matchers.h"
#include "libs/rpc/admission/peer.h"

namespace clusterwire::rpc {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Caller Operator() { return CallerAt("unix:", true); }

TEST(ViewAsTest, AnOperatorMaySeeAsThePublicDoesAndHasThenShownNothing) {
  Caller caller = Operator();
  ASSERT_THAT(ViewAs({"public"}, &caller), IsOk());
  EXPECT_FALSE(caller.is_operator);
  EXPECT_THAT(caller.members, IsEmpty());
  EXPECT_EQ(caller.proof, Caller::Proof::kNone);
  EXPECT_EQ(caller.subject, "loopback");
  EXPECT_TRUE(caller.views_as);
}

TEST(ViewAsTest, AnOperatorMaySeeAsTheOwnerOfResources) {
  Caller caller = Operator();
  ASSERT_THAT(ViewAs({"programmes/go-cluster", "clusters/silicon-saxony"}, &caller), IsOk());
  EXPECT_FALSE(caller.is_operator);
  for (const auto& names : {caller.members, caller.edits, caller.owns}) {
    EXPECT_THAT(names, ElementsAre("programmes/go-cluster", "clusters/silicon-saxony"));
  }
}

TEST(ViewAsTest, ABadValueNamesTheKeyAndTheRemedyAndTakesNothing) {
  for (const std::string value : {"", "Public", "operator", "programmes", "programmes/", "/a",
                                  "programmes/a/labels", "programmes//a/b", "clusters/ä"}) {
    Caller caller = Operator();
    const absl::Status status = ViewAs({value}, &caller);
    EXPECT_THAT(status,
                StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("clusterwire-view-as")))
        << value;
    EXPECT_THAT(status, ReasonIs("VIEW_AS_INVALID"));
    EXPECT_TRUE(caller.is_operator);
  }
  Caller caller = Operator();
  EXPECT_THAT(ViewAs({"public", "programmes/go-cluster"}, &caller), ReasonIs("VIEW_AS_INVALID"));
  EXPECT_THAT(ViewAs(std::vector<std::string>(kMaxViewAs + 1, "clusters/a"), &caller),
              ReasonIs("VIEW_AS_INVALID"));
}

TEST(ViewAsTest, OthersCantTakeRightsButMayLayDownTheirOwn) {
  Caller caller{.subject = "corp:1", .proof = Caller::Proof::kToken, .members = {"clusters/a"}};
  EXPECT_THAT(ViewAs({"programmes/go-cluster"}, &caller), ReasonIs("VIEW_AS_DENIED"));
  EXPECT_THAT(ViewAs({"clusters/a"}, &caller), ReasonIs("VIEW_AS_DENIED"));
  EXPECT_THAT(ViewAs({"public"}, &caller), IsOk());
  EXPECT_THAT(caller.members, IsEmpty());
  EXPECT_FALSE(caller.views_as);
}

}  // namespace
}  // namespace clusterwire::rpc
