#include "libs/rpc/admission/access.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/base/testing/status_matchers.h"
#include "libs/rpc/testing/desk.h"
#include "libs/rpc/testing/echo.pb.h"

namespace clusterwire::rpc {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::SignedIn;

constexpr char kEcho[] = "/clusterwire.rpc.testing.EchoService/Echo";
constexpr char kForOperators[] = "/clusterwire.rpc.testing.GuardedService/Echo";
constexpr char kForSubscribers[] = "/clusterwire.rpc.testing.GuardedService/Watch";
constexpr char kForNobody[] = "/clusterwire.rpc.testing.SilentService/Echo";

// The descriptors are there only if something of their file is linked in.
[[maybe_unused]] const auto* const kLinked = testing::EchoRequest::descriptor();

Caller Editing(const std::string& name) {
  Caller caller = SignedIn("corp:1");
  caller.members = caller.edits = {name};
  return caller;
}

TEST(AccessTest, WhatACallerIsGoesByWhatTheyMayEdit) {
  EXPECT_EQ(AccessOf({.subject = "public"}), type::v1::ACCESS_PUBLIC);
  EXPECT_EQ(AccessOf(SignedIn("corp:1")), type::v1::ACCESS_SIGNED_IN);
  EXPECT_EQ(AccessOf({.is_operator = true}), type::v1::ACCESS_OPERATOR);
  for (const char* name :
       {"programmes/a", "labelSchemes/a", "taxonomies/a", "labelSchemes/a/x/b"}) {
    EXPECT_EQ(AccessOf(Editing(name)), type::v1::ACCESS_OFFICE) << name;
  }
  for (const char* name : {"clusters/a", "events/a", "programmesque/a", "programmes"}) {
    EXPECT_EQ(AccessOf(Editing(name)), type::v1::ACCESS_CLUSTER) << name;
  }
  // Who has a subscriber may write it, and is no cluster's team for that.
  EXPECT_EQ(AccessOf(Editing("subscribers/a")), type::v1::ACCESS_SUBSCRIBER);
  // Who only looks at a cluster is no more than signed in.
  Caller viewer = SignedIn("corp:1");
  viewer.members = {"clusters/a", "programmes/a"};
  EXPECT_EQ(AccessOf(viewer), type::v1::ACCESS_SIGNED_IN);
  viewer.members.push_back("subscribers/x");
  EXPECT_EQ(AccessOf(viewer), type::v1::ACCESS_SUBSCRIBER);
}

TEST(AccessTest, TheMostThatACallerIsCounts) {
  Caller caller = Editing("subscribers/a");
  caller.edits.push_back("clusters/a");
  EXPECT_EQ(AccessOf(caller), type::v1::ACCESS_CLUSTER);
  caller.edits.push_back("programmes/a");
  EXPECT_EQ(AccessOf(caller), type::v1::ACCESS_OFFICE);
}

TEST(AccessTest, AMethodThatStatesNothingOrIsUnknownCanBeCalledByNobody) {
  for (const char* method : {kForNobody, "/clusterwire.rpc.testing.EchoService/Nothing", "", "/"}) {
    EXPECT_EQ(StatedAccess(method), type::v1::ACCESS_UNSPECIFIED) << method;
    const absl::Status status = CheckAccess(method, {.is_operator = true});
    EXPECT_THAT(status, StatusIs(absl::StatusCode::kPermissionDenied)) << method;
    EXPECT_THAT(status, ReasonIs("ACCESS_NOT_STATED"));
  }
}

TEST(AccessTest, WhoShowedNothingIsToldHowToSignIn) {
  EXPECT_THAT(CheckAccess(kEcho, {.subject = "public"}), IsOk());
  const absl::Status status = CheckAccess(kForOperators, {.subject = "public"});
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kUnauthenticated,
                               AllOf(HasSubstr("for operators"), HasSubstr("authorization: Bearer"),
                                     HasSubstr("client certificate"))));
  EXPECT_THAT(status, ReasonIs("SIGN_IN"));
}

TEST(AccessTest, WhoIsTooLittleIsToldWhatIsNeededAndWhatTheyAre) {
  const absl::Status status = CheckAccess(kForOperators, Editing("programmes/a"));
  EXPECT_THAT(status,
              StatusIs(absl::StatusCode::kPermissionDenied, AllOf(HasSubstr("for operators"),
                                                                  HasSubstr("'corp:1' is one who "
                                                                            "may edit a programme"),
                                                                  Not(HasSubstr("programmes/a")))));
  EXPECT_THAT(status, ReasonIs("ACCESS_DENIED"));
  EXPECT_EQ(ErrorInfoOf(status).metadata().at("needed"), "ACCESS_OPERATOR");
  EXPECT_EQ(ErrorInfoOf(status).metadata().at("caller"), "ACCESS_OFFICE");
  EXPECT_THAT(CheckAccess(kForSubscribers, SignedIn("corp:1")), ReasonIs("ACCESS_DENIED"));
  // Each includes what stands before it.
  EXPECT_THAT(CheckAccess(kForSubscribers, Editing("clusters/a")), IsOk());
}

TEST(AccessTest, AServiceWithAMethodThatStatesNothingIsNamedBeforeItIsServed) {
  EXPECT_THAT(CheckAccessStated("clusterwire.rpc.testing.EchoService"), IsOk());
  EXPECT_THAT(
      CheckAccessStated("clusterwire.rpc.testing.SilentService"),
      StatusIs(absl::StatusCode::kInternal,
               HasSubstr("SilentService.Echo, clusterwire.rpc.testing.SilentService.Watch")));
  EXPECT_FALSE(CheckAccessStated("clusterwire.rpc.testing.NoService").ok());
}

}  // namespace
}  // namespace clusterwire::rpc
