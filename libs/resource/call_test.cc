#include "libs/resource/call.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "clusterwire/notification/v1/subscriber.pb.h"

#include "libs/base/testing/status_matchers.h"

namespace clusterwire::resource {
namespace {

using notification::v1::CreateSubscriberRequest;
using notification::v1::GetSubscriberRequest;
using notification::v1::Subscriber;
using testing::HasSubstr;

constexpr Origin kOrigin = {.subject = "operator", .traceparent = "00-1-2-01", .method = "/s/m"};

CreateSubscriberRequest Request() {
  CreateSubscriberRequest request;
  request.mutable_subscriber()->set_title("Newsletter");
  request.set_request_id("r1");
  return request;
}

TEST(MakeCall, TakesWhatTheRequestSays) {
  CreateSubscriberRequest request = Request();
  request.set_validate_only(true);
  const auto call = MakeCall(kOrigin, request);
  ASSERT_THAT(call, IsOk());
  EXPECT_EQ(call->caller, "operator");
  EXPECT_EQ(call->trace, "00-1-2-01");
  EXPECT_EQ(call->method, "/s/m");
  EXPECT_EQ(call->request_id, "r1");
  EXPECT_TRUE(call->validate_only);
  EXPECT_NE(call->digest, "");
}

TEST(MakeCall, WorksForRequestsWithoutTheseFields) {
  const auto call = MakeCall(kOrigin, GetSubscriberRequest());
  ASSERT_THAT(call, IsOk());
  EXPECT_EQ(call->request_id, "");
  EXPECT_FALSE(call->validate_only);
}

TEST(MakeCall, RefusesALongRequestId) {
  CreateSubscriberRequest request = Request();
  request.set_request_id(std::string(101, 'x'));
  EXPECT_THAT(MakeCall(kOrigin, request), HasFieldError("request_id"));
}

TEST(Digest, IsTheSameForARetryAndAnotherForOtherContent) {
  CreateSubscriberRequest other = Request();
  other.mutable_subscriber()->set_title("Other");
  EXPECT_EQ(MakeCall(kOrigin, Request())->digest, MakeCall(kOrigin, Request())->digest);
  EXPECT_NE(MakeCall(kOrigin, Request())->digest, MakeCall(kOrigin, other)->digest);
  CreateSubscriberRequest another_id = Request();
  another_id.set_request_id("r2");
  EXPECT_EQ(MakeCall(kOrigin, Request())->digest, MakeCall(kOrigin, another_id)->digest);
}

TEST(Digest, TellsTypesOfRequestsApart) {
  notification::v1::DeleteEndpointRequest endpoint;
  notification::v1::DeleteSubscriberRequest subscriber;
  endpoint.set_request_id("r");
  subscriber.set_request_id("r");
  EXPECT_NE(MakeCall(kOrigin, endpoint)->digest, MakeCall(kOrigin, subscriber)->digest);
}

TEST(Etag, MayBeLeftOutButNotBeStale) {
  Subscriber current;
  current.set_name("subscribers/x");
  current.set_etag("7");
  EXPECT_THAT(CheckEtag(current, ""), IsOk());
  EXPECT_THAT(CheckEtag(current, "7"), IsOk());
  const absl::Status stale = CheckEtag(current, "6");
  EXPECT_THAT(stale, StatusIs(absl::StatusCode::kAborted, HasSubstr("subscribers/x")));
  EXPECT_THAT(stale, ReasonIs("ETAG_MISMATCH"));
}

}  // namespace
}  // namespace clusterwire::resource
