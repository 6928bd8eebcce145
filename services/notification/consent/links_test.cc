#include "services/notification/consent/links.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace clusterwire::notification {
namespace {

using testing::StartsWith;

constexpr char kPublicUri[] = "https://notices.example.org/";
constexpr char kKey[] = "a key of at least sixteen bytes";
const absl::Time kNow = absl::FromUnixSeconds(1'800'000'000);

v1::Subscription Made(const std::string& name, int64_t seconds) {
  v1::Subscription subscription;
  subscription.set_name(name);
  subscription.mutable_create_time()->set_seconds(seconds);
  return subscription;
}

v1::Endpoint Endpoint() {
  v1::Endpoint endpoint;
  endpoint.set_name("subscribers/x/endpoints/me");
  endpoint.mutable_create_time()->set_seconds(7);
  return endpoint;
}

std::string TokenOf(const std::string& link, std::string_view path) {
  return link.substr(link.find(path) + path.size());
}

class LinksTest : public testing::Test {
 protected:
  const Links links_{kPublicUri, kKey};
};

TEST_F(LinksTest, ALinkOpensWhatItWasMadeForAndIsTheSameEachTime) {
  const v1::Subscription subscription = Made("subscribers/x/subscriptions/y", 5);
  const std::string link = links_.Unsubscribe(subscription, Endpoint());
  EXPECT_THAT(link, StartsWith("https://notices.example.org/unsubscribe/"));
  EXPECT_EQ(link, links_.Unsubscribe(subscription, Endpoint()));
  EXPECT_EQ(link, Links(kPublicUri, kKey).Unsubscribe(subscription, Endpoint()))
      << "of another replica";
  const auto target = links_.ReadUnsubscribe(TokenOf(link, kUnsubscribePath));
  ASSERT_TRUE(target);
  EXPECT_EQ(target->name, "subscribers/x/subscriptions/y");
  EXPECT_EQ(target->made, 5'000'000);
  EXPECT_EQ(target->endpoint, "subscribers/x/endpoints/me");
  EXPECT_EQ(target->endpoint_made, 7'000'000);
  EXPECT_NE(link, links_.Unsubscribe(Made("subscribers/x/subscriptions/y", 6), Endpoint()));
  EXPECT_EQ(links_.ReadConfirm(TokenOf(links_.Confirm("abc"), kConfirmPath)), "abc");
}

TEST_F(LinksTest, ATokenOpensNothingElseAndCannotBeAltered) {
  const std::string token = TokenOf(
      links_.Unsubscribe(Made("subscribers/x/subscriptions/y", 5), Endpoint()), kUnsubscribePath);
  EXPECT_FALSE(links_.ReadConfirm(token));
  EXPECT_FALSE(links_.ReadPreferences(token, kNow));
  EXPECT_FALSE(Links(kPublicUri, "another key of sixteen bytes").ReadUnsubscribe(token));
  for (size_t i = 0; i + 1 < token.size(); ++i) {  // the last one has bits that say nothing
    std::string altered = token;
    altered[i] = altered[i] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(links_.ReadUnsubscribe(altered)) << i;
    EXPECT_FALSE(links_.ReadUnsubscribe(token.substr(0, i))) << i;
  }
  EXPECT_FALSE(links_.ReadUnsubscribe(token + "A"));
}

TEST_F(LinksTest, ALinkToThePreferencesEndsAndOneToUnsubscribeDoesNot) {
  const std::string token = TokenOf(links_.Preferences(Endpoint(), kNow), kPreferencesPath);
  EXPECT_TRUE(links_.ReadPreferences(token, kNow + Links::kPreferencesLife));
  EXPECT_FALSE(links_.ReadPreferences(token, kNow + Links::kPreferencesLife + absl::Seconds(1)));
  EXPECT_EQ(links_.ReadPreferences(token, kNow)->made, 7'000'000);
}

TEST_F(LinksTest, AFormIsTakenFromWhereItWasGivenForTwoHours) {
  const std::string token = links_.FormToken("ipv4:192.0.2", kNow);
  EXPECT_TRUE(links_.CheckFormToken(token, "ipv4:192.0.2", kNow + Links::kFormLife));
  EXPECT_FALSE(
      links_.CheckFormToken(token, "ipv4:192.0.2", kNow + Links::kFormLife + absl::Seconds(1)));
  EXPECT_FALSE(links_.CheckFormToken(token, "ipv4:198.51.100", kNow));
  EXPECT_FALSE(links_.CheckFormToken("", "ipv4:192.0.2", kNow));
  EXPECT_FALSE(links_.ReadConfirm(token));
}

TEST_F(LinksTest, ALinkFitsIntoALineOfAMail) {
  const std::string sixty(60, 'a');
  v1::Endpoint endpoint = Endpoint();
  endpoint.set_name("subscribers/" + sixty + "/endpoints/" + sixty);
  endpoint.mutable_create_time()->set_seconds(1'800'000'000);
  const std::string link = links_.Unsubscribe(
      Made("subscribers/" + sixty + "/subscriptions/" + sixty, 1'800'000'000), endpoint);
  EXPECT_LT(link.size(), 500u);
}

}  // namespace
}  // namespace clusterwire::notification
