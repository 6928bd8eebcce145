#include "services/notification/resources/subscribers/interests.h"

#include <map>

#include "google/protobuf/text_format.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/base/testing/status_matchers.h"
#include "services/notification/grants/testing/grant_records.h"
#include "services/notification/testing/test_store.h"

namespace clusterwire::notification {
namespace {

using testing::ElementsAre;
using testing::Pair;

v1::Subscription Subscription(const char* text) {
  v1::Subscription subscription;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &subscription));
  subscription.set_endpoint("subscribers/x/endpoints/inbox");
  return subscription;
}

change::v1::ResourceChanged KeptRecord(const char* text) {
  change::v1::ResourceChanged record;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &record));
  return record;
}

class InterestsTest : public testing::Test {
 protected:
  InterestsTest() { test_.AddSubscriber("x"); }

  std::map<std::string, filter::Transition> Ask(const Interests& interests, const char* record) {
    std::map<std::string, filter::Transition> heard;
    interests.ForEach(KeptRecord(record),
                      [&](const v1::Subscription& subscription, filter::Transition transition) {
                        EXPECT_TRUE(heard.emplace(subscription.name(), transition).second);
                      });
    return heard;
  }
  std::map<std::string, filter::Transition> Ask(const char* record) {
    test_.CatchUp();
    return Ask(*test_.interests, record);
  }
  void Delete(const char* name) {
    v1::DeleteSubscriptionRequest request;
    request.set_name(name);
    EXPECT_THAT(test_.subscriptions->Delete(AsOperator(), request.name(), ""), IsOk());
  }

  TestStore test_;
};

constexpr char kAwarded[] = R"(
    kind: "label.awarded" name: "clusters/a/labels/s"
    after { type: "label" name: "clusters/a/labels/s" label_levels: "ecei:silver" })";

constexpr char kDraft[] = R"(
    kind: "cluster.created" name: "clusters/d"
    after { type: "cluster" name: "clusters/d" audience { members: "programmes/p" } })";

TEST_F(InterestsTest, HearOfWhatIsNotPublicWhileAGrantLetsTheirSubscriberSeeIt) {
  for (const auto& [id, subject] :
       {std::pair("a", "corp:1"), std::pair("b", "corp:2"), std::pair("c", "k8s:map:page")}) {
    const v1::Subscriber owner = test_.AddSubscriber(id, subject);
    v1::Subscription all;
    all.set_endpoint(owner.name() + "/endpoints/inbox");
    test_.AddSubscription(owner.name(), "all", all);
  }
  EXPECT_THAT(Ask(kDraft), ElementsAre());
  ReadOn(*test_.grants, GrantTo("corp:1", "programmes/p", "grants/a", 1));
  EXPECT_THAT(Ask(kDraft),
              ElementsAre(Pair("subscribers/a/subscriptions/all", filter::Transition::kEntered)));
  ReadOn(*test_.grants, GrantTo("k8s:map:*", "programmes/p", "grants/b", 2));
  EXPECT_THAT(Ask(kDraft),
              ElementsAre(Pair("subscribers/a/subscriptions/all", filter::Transition::kEntered),
                          Pair("subscribers/c/subscriptions/all", filter::Transition::kEntered)));
  ReadOn(*test_.grants, Withdrawn("grants/a", 3));
  ReadOn(*test_.grants, Withdrawn("grants/b", 4));
  EXPECT_THAT(Ask(kDraft), ElementsAre());
}

TEST_F(InterestsTest, OfASubscriberThatComesAfterItsGrantSeeByItAndOfTheNextOneOfItsNameDoNot) {
  ReadOn(*test_.grants, GrantTo("corp:1", "programmes/p"));
  v1::Subscription all;
  all.set_endpoint("subscribers/a/endpoints/inbox");
  test_.AddSubscriber("a", "corp:1");
  test_.AddSubscription("subscribers/a", "all", all);
  EXPECT_EQ(Ask(kDraft).size(), 1u);
  EXPECT_THAT(test_.interests->ViewerOf("subscribers/a").members, ElementsAre("programmes/p"));
  ASSERT_THAT(test_.subscribers->Delete(AsOperator(), "subscribers/a", "").status(), IsOk());
  test_.AddSubscriber("a", "corp:2");
  test_.AddSubscription("subscribers/a", "all", all);
  EXPECT_THAT(Ask(kDraft), ElementsAre());
  EXPECT_THAT(test_.interests->ViewerOf("subscribers/a").members, ElementsAre());
  EXPECT_THAT(test_.interests->SubscribersOf("corp:1"), ElementsAre());
}

TEST_F(InterestsTest, SeeByGrantsAfterARestart) {
  test_.AddSubscriber("a", "corp:1");
  v1::Subscription all;
  all.set_endpoint("subscribers/a/endpoints/inbox");
  test_.AddSubscription("subscribers/a", "all", all);
  Grants grants({.key = std::string(kSubjectKey)}, test_.clock);
  ReadWhole(grants, test_.clock, {GrantTo("corp:1", "programmes/p")});
  const auto restarted = Interests::Load(*test_.store, grants, test_.clock, test_.random);
  ASSERT_THAT(restarted, IsOk());
  EXPECT_EQ(Ask(**restarted, kDraft).size(), 1u);
  ReadWhole(grants, test_.clock);
  EXPECT_EQ(Ask(**restarted, kDraft).size(), 0u);
}

TEST_F(InterestsTest, HearOfAChangeFromTheirCreationToTheirEnd) {
  EXPECT_THAT(Ask(kAwarded), ElementsAre());
  test_.AddSubscription("subscribers/x", "silver",
                        Subscription(R"(filter { label_levels: "ecei:silver" })"));
  test_.AddSubscription("subscribers/x", "gold",
                        Subscription(R"(filter { label_levels: "ecei:gold" })"));
  EXPECT_THAT(Ask(kAwarded), ElementsAre(Pair("subscribers/x/subscriptions/silver",
                                              filter::Transition::kEntered)));
  Delete("subscribers/x/subscriptions/silver");
  EXPECT_THAT(Ask(kAwarded), ElementsAre());
}

TEST_F(InterestsTest, AreFoundWhereTheyAreFiledOnceItIsKnownWhatIsFrequent) {
  for (const char* id : {"a", "b", "c"}) {
    test_.AddSubscription("subscribers/x", id,
                          Subscription(R"(filter { types: "label" label_levels: "ecei:silver" })"));
  }
  EXPECT_EQ(Ask(kAwarded).size(), 3u);
  for (int i = 0; i < 1000; ++i) test_.interests->Learn(KeptRecord(kAwarded));
  test_.interests->Refile({});
  EXPECT_EQ(Ask(kAwarded).size(), 3u);
  Delete("subscribers/x/subscriptions/b");
  EXPECT_THAT(Ask(kAwarded), ElementsAre(Pair("subscribers/x/subscriptions/a", testing::_),
                                         Pair("subscribers/x/subscriptions/c", testing::_)));
  EXPECT_EQ(test_.interests->counts().active, 2u);
}

TEST_F(InterestsTest, FollowAChangeOfTheFilter) {
  test_.AddSubscription("subscribers/x", "a", Subscription(R"(filter { types: "event" })"));
  EXPECT_THAT(Ask(kAwarded), ElementsAre());
  v1::UpdateSubscriptionRequest update;
  update.mutable_subscription()->set_name("subscribers/x/subscriptions/a");
  update.mutable_subscription()->mutable_filter()->add_types("label");
  ASSERT_THAT(
      test_.subscriptions->Update(AsOperator(), update.subscription(), update.update_mask()),
      IsOk());
  EXPECT_THAT(Ask(kAwarded), testing::SizeIs(1));
}

TEST_F(InterestsTest, AskTheRuleOfTransitionsAndKinds) {
  test_.AddSubscription("subscribers/x", "renewals",
                        Subscription(R"(filter { types: "label" } kinds: "label.renewed")"));
  EXPECT_THAT(Ask(kAwarded), ElementsAre());
}

TEST_F(InterestsTest, SeeWhatThePublicSees) {
  test_.AddSubscription("subscribers/x", "all", Subscription(""));
  EXPECT_THAT(Ask(R"(kind: "cluster.created"
                     after { type: "cluster" name: "clusters/a" audience { members: "clusters/a" } })"),
              ElementsAre());
  EXPECT_THAT(Ask(R"(kind: "cluster.published"
                     before { type: "cluster" name: "clusters/a" audience { members: "clusters/a" } }
                     after { type: "cluster" name: "clusters/a" })"),
              ElementsAre(Pair("subscribers/x/subscriptions/all", filter::Transition::kEntered)));
}

TEST_F(InterestsTest, LeaveOutSavedSearches) {
  v1::Subscription saved = Subscription(R"(filter { types: "label" })");
  saved.clear_endpoint();
  test_.AddSubscription("subscribers/x", "saved", saved);
  EXPECT_THAT(Ask(kAwarded), ElementsAre());
  EXPECT_EQ(test_.interests->counts().saved, 1u);
  EXPECT_EQ(test_.interests->counts().active, 0u);
}

TEST_F(InterestsTest, AreTheSameAfterARestart) {
  test_.AddSubscription("subscribers/x", "silver",
                        Subscription(R"(filter { label_levels: "ecei:silver" })"));
  test_.AddWebhook("subscribers/x", "crm");
  Grants grants({}, test_.clock);
  const auto restarted = Interests::Load(*test_.store, grants, test_.clock, test_.random);
  ASSERT_THAT(restarted, IsOk());
  EXPECT_THAT(Ask(**restarted, kAwarded), testing::SizeIs(1));
  EXPECT_NE((*restarted)->FindEndpoint("subscribers/x/endpoints/crm"), nullptr);
  EXPECT_NE((*restarted)->FindEndpoint("subscribers/x/endpoints/inbox"), nullptr);
}

TEST_F(InterestsTest, ForgetASubscriberWithAllItHas) {
  test_.AddSubscription("subscribers/x", "all", Subscription(""));
  test_.AddWebhook("subscribers/x", "crm");
  test_.CatchUp();
  ASSERT_NE(test_.interests->Find("subscribers/x/subscriptions/all"), nullptr);
  v1::DeleteSubscriberRequest request;
  request.set_name("subscribers/x");
  ASSERT_THAT(test_.subscribers->Delete(AsOperator(), request.name(), ""), IsOk());
  test_.CatchUp();
  EXPECT_EQ(test_.interests->Find("subscribers/x/subscriptions/all"), nullptr);
  EXPECT_EQ(test_.interests->FindEndpoint("subscribers/x/endpoints/crm"), nullptr);
  EXPECT_EQ(test_.interests->FindEndpoint("subscribers/x/endpoints/inbox"), nullptr);
  EXPECT_EQ(test_.interests->counts().matcher.size, 0u);
}

TEST_F(InterestsTest, SayHowFarTheyAreWhenTheDeadlineHasPassed) {
  test_.AddSubscription("subscribers/x", "all", Subscription(""));
  const auto revision = test_.interests->CatchUp(absl::InfiniteFuture());
  ASSERT_THAT(revision, IsOk());
  EXPECT_EQ(*revision, *test_.store->revision());
  EXPECT_THAT(test_.interests->CatchUp(absl::InfinitePast()), IsOk()) << "nothing to wait for";
}

TEST_F(InterestsTest, TellsWhatMattersToWhatIsUnderWay) {
  using News = Interests::News;
  std::vector<std::pair<News, std::string>> heard;
  test_.interests->Listen(
      [&](News news, const std::string& name) { heard.emplace_back(news, name); });
  const std::string webhook = test_.AddWebhook("subscribers/x", "w").name();
  v1::Subscription subscription = Subscription("filter { types: 'cluster' }");
  subscription = test_.AddSubscription("subscribers/x", "s", subscription);
  test_.CatchUp();
  EXPECT_THAT(heard, ElementsAre(Pair(News::kEndpointWritten, webhook)));
  heard.clear();

  google::protobuf::FieldMask mask;
  mask.add_paths("title");
  mask.add_paths("endpoint");
  subscription.set_title("Another title");
  ASSERT_THAT(test_.subscriptions->Update(AsOperator(), subscription, mask), IsOk());
  test_.CatchUp();
  EXPECT_THAT(heard, testing::IsEmpty());
  subscription.set_endpoint(webhook);
  subscription.clear_etag();
  ASSERT_THAT(test_.subscriptions->Update(AsOperator(), subscription, mask), IsOk());
  test_.CatchUp();
  EXPECT_THAT(heard, ElementsAre(Pair(News::kSubscriptionMoved, subscription.name())));
  heard.clear();

  ASSERT_THAT(test_.subscribers->Delete(AsOperator(), "subscribers/x", ""), IsOk());
  test_.CatchUp();
  EXPECT_THAT(heard, testing::UnorderedElementsAre(
                         Pair(News::kSubscriptionGone, subscription.name()),
                         Pair(News::kEndpointGone, webhook),
                         Pair(News::kEndpointGone, "subscribers/x/endpoints/inbox")));
  heard.clear();
  test_.interests->Listen(nullptr);
  test_.AddSubscriber("y");
  test_.AddWebhook("subscribers/y", "w");
  test_.CatchUp();
  EXPECT_THAT(heard, testing::IsEmpty());
}

}  // namespace
}  // namespace clusterwire::notification
