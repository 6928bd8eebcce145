#include "services/notification/channels/webhook/webhook_body.h"

#include <string>

#include "google/protobuf/util/json_util.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "clusterwire/notification/v1/webhook.pb.h"

#include "libs/base/json.h"
#include "libs/base/testing/status_matchers.h"
#include "services/notification/channels/testing/jobs.h"

namespace clusterwire::notification {
namespace {

using testing::HasSubstr;

// As if no other subscription heard of it.
absl::StatusOr<std::string> BodyOf(const Job& job) {
  FactsTexts facts;
  return WebhookBody(job, facts);
}

TEST(WebhookBody, IsACloudEventThatAPersonUnderstands) {
  const Job job = LabelAwardedJob();
  const auto body = BodyOf(job);
  ASSERT_THAT(body, IsOk());
  const auto event = nlohmann::json::parse(*body);
  EXPECT_EQ(event["specversion"], "1.0");
  EXPECT_EQ(event["id"], job.delivery.name);
  EXPECT_EQ(event["type"], "clusterwire.notice.label.awarded.v1");
  EXPECT_EQ(event["subject"], "clusters/silicon-saxony/labels/silver");
  EXPECT_EQ(event["time"], "2023-11-14T22:13:20Z");
  const auto& data = event["data"];
  EXPECT_EQ(data["title"], "Silver (ECEI) for Silicon Saxony – the label was awarded");
  EXPECT_EQ(data["link"], "https://example.org/silver");
  EXPECT_EQ(data["transition"], "TRANSITION_ENTERED");
  EXPECT_EQ(data["subscription"], "subscribers/newsletter/subscriptions/silver");
  EXPECT_EQ(data["change"], "h:8:1");
  EXPECT_EQ(data["reasons"].size(), 2u);
  EXPECT_EQ(data["facts"]["after"]["title"], "Silver (ECEI) for Silicon Saxony");
  EXPECT_FALSE(data["facts"].contains("before"));
}

TEST(WebhookBody, OfWhatLeftTheImageAfterDoesNotTravel) {
  Job job = LabelAwardedJob();
  change::v1::ResourceChanged change = job.record->change;
  *change.mutable_before() = change.after();
  change.mutable_after()->set_title("Not for them");
  change.mutable_label()->set_title_then("Not for them");
  SetChange(job, change);
  job.delivery.transition = v1::TRANSITION_LEFT;
  const auto body = BodyOf(job);
  ASSERT_THAT(body, IsOk());
  EXPECT_THAT(*body, testing::Not(HasSubstr("Not for them")));
  const auto facts = nlohmann::json::parse(*body)["data"]["facts"];
  EXPECT_EQ(facts["before"]["title"], "Silver (ECEI) for Silicon Saxony");
  EXPECT_FALSE(facts.contains("after"));
}

TEST(WebhookBody, WritesTheImagesOnceForAllWhoSeeTheSame) {
  FactsTexts facts;
  Job one = LabelAwardedJob();
  Job other = one;
  other.delivery.name = "deliveries/other";
  EXPECT_EQ(*facts.Of(one), *facts.Of(other)) << "the very same text";
  EXPECT_EQ(*WebhookBody(other, facts), *BodyOf(other));
  Job cut = one;
  SetChange(cut, one.record->change);  // another copy, which may be cut otherwise
  EXPECT_NE(*facts.Of(one), *facts.Of(cut));
  change::v1::ResourceChanged change = one.record->change;
  *change.mutable_before() = change.after();
  SetChange(one, change);
  Job left = one;
  left.delivery.transition = v1::TRANSITION_LEFT;
  EXPECT_NE(**facts.Of(one), **facts.Of(left));
  EXPECT_EQ(*WebhookBody(left, facts), *BodyOf(left));
}

TEST(WebhookBody, RemembersAFewImages) {
  FactsTexts facts;
  const Job first = LabelAwardedJob();
  const auto text = *facts.Of(first);
  for (size_t i = 0; i < FactsTexts::kKept; ++i) {
    Job next = LabelAwardedJob();
    SetChange(next, next.record->change);
    ASSERT_THAT(facts.Of(next), IsOk());
  }
  EXPECT_NE(*facts.Of(first), text) << "forgotten, and written again";
  EXPECT_EQ(**facts.Of(first), *text);
}

// A program that has the contract needs nothing but protobuf's JSON to read it.
TEST(WebhookBody, CarriesTheMessageOfTheContract) {
  const Job job = LabelAwardedJob();
  const auto body = BodyOf(job);
  ASSERT_THAT(body, IsOk());
  v1::WebhookNotice notice;
  ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(
                  nlohmann::json::parse(*body)["data"].dump(), &notice)
                  .ok());
  EXPECT_EQ(notice.transition(), v1::TRANSITION_ENTERED);
  EXPECT_EQ(notice.change(), "h:8:1");
  EXPECT_EQ(notice.facts().after().SerializeAsString(),
            job.record->change.after().SerializeAsString());
}

}  // namespace
}  // namespace clusterwire::notification
