#include "services/catalogue/changes/grants_on_topic.h"

#include "absl/strings/str_cat.h"
#include <gtest/gtest.h>

#include "libs/change/grant.h"

namespace clusterwire::catalogue {
namespace {

using change::v1::GrantChanged;

GrantChanged Given(const std::string& name, int64_t revision) {
  GrantChanged grant;
  grant.set_name(name);
  grant.set_subject_hash(std::string(32, 'h'));
  grant.set_resource("clusters/c");
  grant.set_role(GrantChanged::ROLE_VIEWER);
  grant.set_history("h");
  grant.set_revision(revision);
  return grant;
}

GrantChanged Withdrawn(const std::string& name, int64_t revision) {
  GrantChanged grant = Given(name, revision);
  grant.set_withdrawn(true);
  return grant;
}

void Take(GrantsOnTopic& content, const GrantChanged& record) {
  const kafka::Message message = *change::EncodeGrant(record);
  content.Take({.from = {"grants", 0}, .key = message.key, .value = message.value});
}

TEST(GrantsOnTopicTest, SettlesWhatBothSayAlike) {
  GrantsOnTopic content;
  Take(content, Given("grants/a", 1));
  Take(content, Given("grants/b", 2));
  EXPECT_TRUE(content.Settle(Given("grants/a", 1)));
  EXPECT_FALSE(content.Settle(Given("grants/b", 3)));
  EXPECT_FALSE(content.Settle(Given("grants/c", 4)));
  EXPECT_TRUE(content.Settle(Withdrawn("grants/d", 4)));
  EXPECT_EQ(content.TakeOne(), "");
  EXPECT_EQ(content.newest_of("h"), 2);
  EXPECT_EQ(content.newest_of("another"), 0);
}

TEST(GrantsOnTopicTest, WhatTheStoreWithdrewAndTheTopicStillGivesDiffers) {
  GrantsOnTopic content;
  Take(content, Given("grants/a", 1));
  Take(content, Given("grants/b", 2));
  EXPECT_FALSE(content.Settle(Withdrawn("grants/a", 3)));
  EXPECT_EQ(content.TakeOne(), "grants/b");
  EXPECT_EQ(content.TakeOne(), "");
}

// What a compacted topic keeps is the last, so that is what must be right there.
TEST(GrantsOnTopicTest, AnOldRecordThatCameLastIsWhatTheTopicSays) {
  GrantsOnTopic content;
  Take(content, Withdrawn("grants/a", 5));
  Take(content, Given("grants/a", 1));
  EXPECT_FALSE(content.Settle(Withdrawn("grants/a", 5)));
}

TEST(GrantsOnTopicTest, AMillionRecordsOfWhatIsGoneTakeNoRoom) {
  GrantsOnTopic content;
  Take(content, Given("grants/stays", 1));
  const kafka::Message gone = change::ForgetGrant("grants/x");
  for (int i = 0; i < 250'000; ++i) {
    const std::string name = absl::StrCat("grants/", i);
    Take(content, Given(name, i + 1));
    Take(content, Withdrawn(name, i + 2));
    Take(content, Given("grants/x", i + 1));
    content.Take({.from = {"grants", 0}, .key = gone.key});
  }
  EXPECT_TRUE(content.Settle(Given("grants/stays", 1)));
  EXPECT_EQ(content.TakeOne(), "") << "of what is gone no name is kept";
}

}  // namespace
}  // namespace clusterwire::catalogue
