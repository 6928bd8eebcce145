// What a caller sees on the wire: errors with their field paths, pages, retries, rights.

#include <memory>

#include "absl/strings/str_cat.h"
#include <gmock/gmock.h>
#include <grpcpp/client_context.h>
#include <gtest/gtest.h>

#include "clusterwire/notification/v1/subscriber.grpc.pb.h"
#include "clusterwire/notification/v1/subscription.grpc.pb.h"

#include "libs/base/testing/status_matchers.h"
#include "libs/rpc/testing/client_call.h"
#include "services/notification/testing/test_api.h"

namespace clusterwire::notification {
namespace {

using testing::HasSubstr;

class SubscriptionsApi : public testing::Test {
 protected:
  SubscriptionsApi() {
    const auto channel = rpc::MakeChannel(api_.address());
    subscribers_ = v1::SubscriberService::NewStub(channel);
    subscriptions_ = v1::SubscriptionService::NewStub(channel);
    api_.domain.AddSubscriber("x");
  }

  template <typename Stub, typename Request, typename Response>
  absl::StatusOr<Response> Call(Stub& stub,
                                grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                                             Response*),
                                const Request& request, const std::string& view_as = "") {
    return rpc::CallOnce<Response>(stub, method, request, view_as);
  }
  absl::StatusOr<v1::Subscription> Create(const v1::CreateSubscriptionRequest& request,
                                          const std::string& view_as = "") {
    return Call<v1::SubscriptionService::StubInterface>(
        *subscriptions_, &v1::SubscriptionService::StubInterface::CreateSubscription, request,
        view_as);
  }
  absl::StatusOr<v1::Endpoint> CreateWebhook(const std::string& uri) {
    v1::CreateEndpointRequest request;
    request.set_parent("subscribers/x");
    request.mutable_endpoint()->mutable_webhook()->set_uri(uri);
    return Call<v1::SubscriberService::StubInterface>(
        *subscribers_, &v1::SubscriberService::StubInterface::CreateEndpoint, request);
  }
  absl::StatusOr<v1::ListSubscriptionsResponse> List(const v1::ListSubscriptionsRequest& request) {
    return Call<v1::SubscriptionService::StubInterface>(
        *subscriptions_, &v1::SubscriptionService::StubInterface::ListSubscriptions, request);
  }
  v1::CreateSubscriptionRequest Request() {
    v1::CreateSubscriptionRequest request;
    request.set_parent("subscribers/x");
    request.mutable_subscription()->set_title("Silver labels");
    return request;
  }

  TestApi api_;
  std::unique_ptr<v1::SubscriberService::StubInterface> subscribers_;
  std::unique_ptr<v1::SubscriptionService::StubInterface> subscriptions_;
};

TEST_F(SubscriptionsApi, NamesTheFieldOfAFilterWith51Sectors) {
  v1::CreateSubscriptionRequest request = Request();
  for (int i = 0; i < 51; ++i) {
    request.mutable_subscription()->mutable_filter()->add_sectors(absl::StrCat("named:s", i));
  }
  const auto made = Create(request);
  EXPECT_THAT(made, StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("sectors")));
  EXPECT_THAT(made, HasFieldError("subscription.filter.sectors"));
  EXPECT_EQ(List([] {
              v1::ListSubscriptionsRequest list;
              list.set_parent("subscribers/x");
              return list;
            }())
                ->subscriptions_size(),
            0)
      << "nothing half done";
}

TEST_F(SubscriptionsApi, TextsComeInThroughTheSameDoorAsInTheCatalogue) {
  v1::CreateSubscriptionRequest request = Request();
  v1::Subscription& subscription = *request.mutable_subscription();
  subscription.set_title(" Mu\u0308nchen\n");
  subscription.add_kinds("Label.Awarded");
  subscription.mutable_filter()->add_regions("NUTS:de2");
  subscription.mutable_filter()->add_languages("DE");
  subscription.mutable_filter()->set_words("Caf\u00e9");
  const auto made = Create(request);
  ASSERT_THAT(made, IsOk());
  EXPECT_EQ(made->title(), "München");
  EXPECT_EQ(made->kinds(0), "label.awarded");
  EXPECT_EQ(made->filter().regions(0), "nuts:DE2");
  EXPECT_EQ(made->filter().languages(0), "de");

  subscription.set_title("Silver\nIt no longer matches");
  subscription.set_endpoint("subscribers/y/endpoints/inbox");
  const auto refused = Create(request);
  EXPECT_THAT(refused, HasFieldError("subscription.title"));
  EXPECT_THAT(refused, HasFieldError("subscription.endpoint"));
  subscription.set_title("\u200B");
  EXPECT_THAT(Create(request), HasFieldError("subscription.title"));
}

TEST_F(SubscriptionsApi, RefusesWebhooksThatLeadToOurselves) {
  EXPECT_THAT(CreateWebhook("https://169.254.169.254/latest/meta-data"),
              HasFieldError("endpoint.webhook.uri"));
  EXPECT_THAT(CreateWebhook("https://in.inside.example/"), HasFieldError("endpoint.webhook.uri"));
  EXPECT_THAT(CreateWebhook("https://hooks.example/"), IsOk());
}

TEST_F(SubscriptionsApi, RefusesAReusedRequestId) {
  v1::CreateSubscriptionRequest request = Request();
  request.set_request_id("r1");
  const auto first = Create(request);
  ASSERT_THAT(first, IsOk());
  EXPECT_EQ(Create(request)->name(), first->name());
  request.mutable_subscription()->set_title("Gold labels");
  EXPECT_THAT(Create(request), StatusIs(absl::StatusCode::kAlreadyExists));
  EXPECT_THAT(Create(request), ReasonIs("REQUEST_ID_REUSED"));
}

TEST_F(SubscriptionsApi, RefusesARequestIdReplayedUnderAnotherView) {
  v1::CreateSubscriptionRequest request = Request();
  request.set_request_id("r1");
  ASSERT_THAT(Create(request), IsOk());
  EXPECT_THAT(Create(request, "public"), ReasonIs("SIGN_IN"));
  EXPECT_THAT(Create(request, "subscribers/y"), StatusIs(absl::StatusCode::kPermissionDenied));
  EXPECT_THAT(Create(request), IsOk());
}

TEST_F(SubscriptionsApi, RefusesAStaleEtag) {
  const auto made = Create(Request());
  ASSERT_THAT(made, IsOk());
  v1::UpdateSubscriptionRequest update;
  *update.mutable_subscription() = *made;
  update.mutable_subscription()->set_title("Gold labels");
  const auto call = [&] {
    return Call<v1::SubscriptionService::StubInterface>(
        *subscriptions_, &v1::SubscriptionService::StubInterface::UpdateSubscription, update);
  };
  ASSERT_THAT(call(), IsOk());
  update.mutable_subscription()->set_title("Bronze labels");
  EXPECT_THAT(call(), StatusIs(absl::StatusCode::kAborted, HasSubstr("read it again")));
  EXPECT_THAT(call(), ReasonIs("ETAG_MISMATCH"));
}

TEST_F(SubscriptionsApi, NoPageIsLargerThanWhatAClientTakes) {
  constexpr int kSubscriptions = 350;
  v1::Subscription large;
  for (int i = 0; i < 50; ++i) {
    large.mutable_filter()->add_external_ids(absl::StrCat("import:", i, std::string(280, 'x')));
  }
  for (int i = 0; i < kSubscriptions; ++i) {
    api_.domain.AddSubscription("subscribers/x", absl::StrCat("s", i), large);
  }
  v1::ListSubscriptionsRequest request;
  request.set_parent("subscribers/x");
  request.set_page_size(1000);
  int listed = 0;
  do {
    const auto page = List(request);
    ASSERT_THAT(page, IsOk());
    EXPECT_LE(page->ByteSizeLong(), 4u << 20);
    listed += page->subscriptions_size();
    request.set_page_token(page->next_page_token());
  } while (!request.page_token().empty());
  EXPECT_EQ(listed, kSubscriptions);
}

TEST_F(SubscriptionsApi, PagesInOrderAndRefusesATokenOfAnotherQuery) {
  api_.domain.AddSubscriber("y");
  for (const char* id : {"c", "a", "b"}) api_.domain.AddSubscription("subscribers/x", id);
  v1::ListSubscriptionsRequest request;
  request.set_parent("subscribers/x");
  request.set_page_size(2);
  const auto first = List(request);
  ASSERT_THAT(first, IsOk());
  ASSERT_EQ(first->subscriptions_size(), 2);
  EXPECT_EQ(first->subscriptions(1).name(), "subscribers/x/subscriptions/b");
  request.set_page_token(first->next_page_token());
  const auto second = List(request);
  ASSERT_THAT(second, IsOk());
  ASSERT_EQ(second->subscriptions_size(), 1);
  EXPECT_EQ(second->subscriptions(0).name(), "subscribers/x/subscriptions/c");
  EXPECT_EQ(second->next_page_token(), "");

  request.set_parent("subscribers/y");
  EXPECT_THAT(List(request), ReasonIs("PAGE_TOKEN_MISMATCH"));
  request.clear_page_token();
  request.set_page_size(-1);
  EXPECT_THAT(List(request), HasFieldError("page_size"));
}

TEST_F(SubscriptionsApi, KeepsStrangersOut) {
  api_.domain.AddSubscriber("y");
  EXPECT_THAT(Create(Request(), "subscribers/x"), IsOk());
  EXPECT_THAT(Create(Request(), "subscribers/y"), StatusIs(absl::StatusCode::kPermissionDenied));
  EXPECT_THAT(Create(Request(), "public"), ReasonIs("SIGN_IN"));
}

}  // namespace
}  // namespace clusterwire::notification
