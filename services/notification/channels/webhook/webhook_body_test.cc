#include "services/notification/channels/webhook/webhook_body.h"

#include <iterator>
#include <string>

#include "google/protobuf/util/json_util.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "clusterwire/notification/v1/webhook.pb.h"

#include "libs/base/json.h"
#include "libs/base/testing/seed.h"
#include "libs/base/testing/status_matchers.h"
#include "services/notification/channels/notice.h"
#include "services/notification/channels/testing/jobs.h"

namespace clusterwire::notification {
namespace {

using testing::HasSubstr;

// As if no other subscription heard of it.
absl::StatusOr<std::string> BodyOf(const Job& job) {
  SharedBodies shared;
  return WebhookBody(job, shared);
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

TEST(WebhookBody, WritesWhatItSharesOnceForAllWhoSeeTheSame) {
  SharedBodies shared;
  Job one = LabelAwardedJob();
  Job other = one;
  other.delivery.name = "deliveries/other";
  EXPECT_EQ(*shared.Of(one), *shared.Of(other)) << "the very same text";
  EXPECT_EQ(*WebhookBody(other, shared), *BodyOf(other));
  Job cut = one;
  SetChange(cut, one.record->change);  // another copy, which may be cut otherwise
  EXPECT_NE(*shared.Of(one), *shared.Of(cut));
  change::v1::ResourceChanged change = one.record->change;
  *change.mutable_before() = change.after();
  SetChange(one, change);
  Job left = one;
  left.delivery.transition = v1::TRANSITION_LEFT;
  EXPECT_NE(*shared.Of(one), *shared.Of(left));
  EXPECT_EQ(*WebhookBody(left, shared), *BodyOf(left));
}

TEST(WebhookBody, RemembersAFewImages) {
  SharedBodies shared;
  const Job first = LabelAwardedJob();
  const auto text = *shared.Of(first);
  for (size_t i = 0; i < SharedByRecord<int>::kKept; ++i) {
    Job next = LabelAwardedJob();
    SetChange(next, next.record->change);
    ASSERT_THAT(shared.Of(next), IsOk());
  }
  EXPECT_NE(*shared.Of(first), text) << "forgotten, and written again";
  EXPECT_EQ((*shared.Of(first))->facts, text->facts);
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

// The notice that the contract describes, of all that the job has.
v1::WebhookNotice NoticeInProto(const Job& job) {
  const Notice notice = NoticeOf(job);
  const change::v1::ResourceChanged& change = job.record->change;
  v1::WebhookNotice proto;
  proto.set_title(notice.title);
  proto.set_text(notice.text);
  proto.set_link(notice.link);
  proto.mutable_reasons()->Assign(notice.reasons.begin(), notice.reasons.end());
  proto.set_language(std::string(text::LanguageTag(LanguageOf(job))));
  proto.set_transition(job.delivery.transition);
  proto.set_subscription(job.delivery.subscription);
  proto.set_change(job.delivery.change_id);
  proto.set_kind(change.kind());
  proto.set_given_up_before(job.gap.count);
  proto.set_last_given_up(job.gap.last);
  if (change.has_before()) *proto.mutable_facts()->mutable_before() = change.before();
  if (change.has_after() && job.delivery.transition != v1::TRANSITION_LEFT) {
    *proto.mutable_facts()->mutable_after() = change.after();
  }
  return proto;
}

// Of any length and any of these, each of which some encoder writes in its own way.
std::string AnyText(Random& random) {
  static constexpr const char* kParts[] = {"Silver ", "é",  "\"",     "\\", "/",  "<b>", "&",
                                           "'",       "日", "\u2028", "🎉",  "\n", "{}",  "\x01"};
  std::string text;
  for (uint64_t i = random.Below(12); i > 0; --i) text += kParts[random.Below(std::size(kParts))];
  return text;
}

TEST(WebhookBody, IsReadBackAsTheContractSaysWhateverIsInIt) {
  SeededRandom random(TestSeed());
  SharedBodies shared;
  for (int round = 0; round < 500; ++round) {
    Job job = LabelAwardedJob();
    change::v1::ResourceChanged change = job.record->change;
    change.mutable_after()->set_title(AnyText(random));
    change.mutable_after()->set_summary(AnyText(random));
    if (random.Below(2) == 0) *change.mutable_before() = change.after();
    if (random.Below(2) == 0) change.mutable_after()->set_link("");
    SetChange(job, change);
    job.delivery.transition = static_cast<v1::Transition>(random.Below(4));
    if (job.delivery.transition == v1::TRANSITION_LEFT && !change.has_before()) continue;
    if (random.Below(2) == 0) job.gap = {.count = 3, .last = "deliveries/x"};
    const auto body = WebhookBody(job, shared);
    ASSERT_THAT(body, IsOk());
    v1::WebhookNotice read;
    ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(
                    nlohmann::json::parse(*body)["data"].dump(), &read)
                    .ok());
    EXPECT_EQ(read.SerializeAsString(), NoticeInProto(job).SerializeAsString())
        << read.ShortDebugString();
  }
}

}  // namespace
}  // namespace clusterwire::notification
