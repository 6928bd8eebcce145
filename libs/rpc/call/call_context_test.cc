#include "libs/rpc/call/call_context.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/base/testing/status_matchers.h"

namespace clusterwire::rpc {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(CallerTest, LoopbackIsAnOperator) {
  for (const char* peer : {"ipv4:127.0.0.1:50112", "ipv6:[::1]:50112", "ipv6:%5B::1%5D:50112",
                           "ipv6:%5B::ffff:127.0.0.1%5D:9", "unix:/run/x"}) {
    const auto caller = CallerFrom(peer, {});
    ASSERT_THAT(caller, IsOk());
    EXPECT_TRUE(caller->is_operator) << peer;
    EXPECT_EQ(caller->subject, "loopback");
  }
}

TEST(CallerTest, AnyoneElseIsThePublic) {
  for (const char* peer : {"ipv4:192.0.2.7:50112", "ipv6:[2001:db8::1]:50112", "unknown", "",
                           "ipv6:%5B::1234%5D:9", "ipv4:12.7.0.1:9"}) {
    const auto caller = CallerFrom(peer, {});
    ASSERT_THAT(caller, IsOk());
    EXPECT_FALSE(caller->is_operator) << peer;
    EXPECT_THAT(caller->members, IsEmpty());
  }
}

TEST(CallerTest, AnOperatorMaySeeAsThePublicOrAsMembersDo) {
  const auto as_public = CallerFrom("ipv4:127.0.0.1:1", {"public"});
  ASSERT_THAT(as_public, IsOk());
  EXPECT_FALSE(as_public->is_operator);
  EXPECT_THAT(as_public->members, IsEmpty());
  EXPECT_EQ(as_public->subject, "loopback");

  const auto as_members =
      CallerFrom("ipv4:127.0.0.1:1", {"programmes/go-cluster", "clusters/silicon-saxony"});
  ASSERT_THAT(as_members, IsOk());
  EXPECT_FALSE(as_members->is_operator);
  EXPECT_THAT(as_members->members, ElementsAre("programmes/go-cluster", "clusters/silicon-saxony"));
}

TEST(CallerTest, ABadViewAsNamesTheKeyAndTheRemedy) {
  for (const std::string value : {"", "Public", "operator", "programmes", "programmes/", "/a",
                                  "programmes/a/labels", "programmes//a/b", "clusters/ä"}) {
    const auto caller = CallerFrom("ipv4:127.0.0.1:1", {value});
    EXPECT_THAT(caller,
                StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("clusterwire-view-as")))
        << value;
    EXPECT_THAT(caller, ReasonIs("VIEW_AS_INVALID"));
  }
  EXPECT_THAT(CallerFrom("unix:", {"public", "programmes/go-cluster"}),
              ReasonIs("VIEW_AS_INVALID"));
  EXPECT_THAT(CallerFrom("unix:", std::vector<std::string>(kMaxViewAs + 1, "clusters/a")),
              ReasonIs("VIEW_AS_INVALID"));
}

TEST(CallerTest, ThePublicCantTakeRights) {
  EXPECT_THAT(CallerFrom("ipv4:192.0.2.7:1", {"programmes/go-cluster"}),
              ReasonIs("VIEW_AS_DENIED"));
  EXPECT_THAT(CallerFrom("ipv4:192.0.2.7:1", {"public"}), IsOk());
}

}  // namespace
}  // namespace clusterwire::rpc
