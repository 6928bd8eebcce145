#include "libs/change/grant.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/base/testing/status_matchers.h"

namespace clusterwire::change {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr std::string_view kKey = "thirty-two bytes that nobody knows";

v1::GrantChanged Given() {
  v1::GrantChanged grant;
  grant.set_name("grants/7ve4xw2h");
  grant.set_subject_hash(SubjectHash(kKey, "corp:4711"));
  grant.set_resource("programmes/go-cluster");
  grant.set_role(v1::GrantChanged::ROLE_VIEWER);
  grant.set_history("h");
  grant.set_revision(7);
  return grant;
}

kafka::ReceivedMessage Received(const std::string& key, const std::string& value) {
  kafka::ReceivedMessage message;
  message.from = {"grants", 0};
  message.key = key;
  message.value = value;
  return message;
}

TEST(GrantRecordTest, ComesOutAsItWentIn) {
  const auto sent = EncodeGrant(Given());
  ASSERT_THAT(sent, IsOk());
  EXPECT_EQ(sent->key, "grants/7ve4xw2h");
  const auto read = DecodeGrant(Received(sent->key, sent->value));
  ASSERT_THAT(read, IsOk());
  EXPECT_EQ(read->SerializeAsString(), Given().SerializeAsString());
}

TEST(GrantRecordTest, AWithdrawalNeedsNoMoreThanItsName) {
  v1::GrantChanged gone;
  gone.set_name("grants/a");
  gone.set_withdrawn(true);
  gone.set_history("h");
  gone.set_revision(8);
  EXPECT_THAT(EncodeGrant(gone), IsOk());
}

TEST(GrantRecordTest, WhatIsWrongIsNamedAtOnceAndTellsNeitherHashNorResource) {
  v1::GrantChanged wrong = Given();
  wrong.set_subject_hash("short");
  wrong.set_resource("marked");
  wrong.set_role(static_cast<v1::GrantChanged::Role>(9));
  wrong.clear_history();
  const auto read = DecodeGrant(Received(wrong.name(), wrong.SerializeAsString()));
  ASSERT_THAT(read, ReasonIs("INVALID_RECORD"));
  EXPECT_THAT(std::string(read.status().message()),
              AllOf(HasSubstr("subject_hash has 5 bytes"), HasSubstr("resource is no name"),
                    HasSubstr("role 9"), HasSubstr("history is empty"), Not(HasSubstr("marked"))));
}

TEST(GrantRecordTest, NeitherGarbageNorNothingNorAnotherKeyIsAGrant) {
  EXPECT_THAT(DecodeGrant(Received("grants/a", "")), ReasonIs("INVALID_RECORD"));
  EXPECT_THAT(DecodeGrant(Received("grants/a", "\xff\xff")), ReasonIs("INVALID_RECORD"));
  EXPECT_THAT(DecodeGrant(Received("grants/other", Given().SerializeAsString())),
              ReasonIs("INVALID_RECORD"));
  EXPECT_THAT(DecodeGrant(Received("grants/a", std::string(kMaxGrantBytes + 1, 'x'))),
              ReasonIs("INVALID_RECORD"));
}

TEST(GrantRecordTest, APatternHashesWhatStandsBeforeItsStar) {
  EXPECT_EQ(SubjectHash(kKey, "k8s:map:*"), SubjectHash(kKey, "k8s:map:"));
  EXPECT_NE(SubjectHash(kKey, "k8s:map:"),
            SubjectHash("another key of thirty-two bytes", "k8s:map:"));
  EXPECT_EQ(SubjectHash(kKey, "corp:4711").size(), 32u);
}

}  // namespace
}  // namespace clusterwire::change
