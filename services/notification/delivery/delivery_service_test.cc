// Deliveries on the wire: for operators and those whose they are, filtered, in pages.

#include <memory>

#include "absl/strings/str_cat.h"
#include <gmock/gmock.h>
#include <grpcpp/client_context.h>
#include <gtest/gtest.h>

#include "clusterwire/notification/v1/delivery.grpc.pb.h"
#include "clusterwire/notification/v1/subscriber.grpc.pb.h"

#include "libs/base/status/error.h"
#include "libs/base/testing/status_matchers.h"
#include "libs/rpc/testing/client_call.h"
#include "services/notification/grants/testing/grant_records.h"
#include "services/notification/ledger/deliveries/deliveries.h"
#include "services/notification/ledger/records/records.h"
#include "services/notification/ledger/testing/rows.h"
#include "services/notification/testing/test_api.h"

namespace clusterwire::notification {
namespace {

class DeliveryApi : public testing::Test {
 protected:
  DeliveryApi() : stub_(v1::DeliveryService::NewStub(rpc::MakeChannel(api_.address()))) {}

  // A change that one subscription of "subscribers/x" and one of "subscribers/y" matched.
  void Add(int revision, const std::string& audience = "") {
    KeptRecord record = MakeRecord(absl::StrCat("clusters/c", revision), revision);
    record.received = api_.domain.clock.Now();
    if (!audience.empty()) {
      record.change.mutable_after()->mutable_audience()->add_members(audience);
    }
    std::vector<PendingDelivery> rows;
    for (const char* subscriber : {"subscribers/x", "subscribers/y"}) {
      PendingDelivery row = MakeDelivery(record, absl::StrCat(subscriber, "/subscriptions/s"));
      row.sequence += revision;
      rows.push_back(row);
    }
    ASSERT_THAT(api_.ledger->Write([&](sql::Connection& connection) -> absl::Status {
      RETURN_IF_ERROR(Records(connection).Keep(record).status());
      RETURN_IF_ERROR(Deliveries(connection).Insert(rows, ""));
      return Records(connection)
          .SetProgress(record.id, {.matched = 2, .through = "", .closed = true});
    }),
                IsOk());
  }
  absl::StatusOr<v1::ListDeliveriesResponse> List(const v1::ListDeliveriesRequest& request,
                                                  const std::string& view_as = "") {
    return rpc::CallOnce<v1::ListDeliveriesResponse>(
        *stub_, &v1::DeliveryService::Stub::ListDeliveries, request, view_as);
  }

  template <typename Response, typename Method, typename Request>
  absl::StatusOr<Response> Call(Method method, const Request& request,
                                const std::string& view_as = "") {
    return rpc::CallOnce<Response>(*stub_, method, request, view_as);
  }

  TestApi api_;
  std::unique_ptr<v1::DeliveryService::Stub> stub_;
};

TEST_F(DeliveryApi, ListsNewestFirstInPages) {
  for (int revision = 1; revision <= 3; ++revision) Add(revision);
  v1::ListDeliveriesRequest request;
  request.set_parent("subscribers/x");
  request.set_page_size(2);
  const auto first = List(request);
  ASSERT_THAT(first, IsOk());
  ASSERT_EQ(first->deliveries_size(), 2);
  EXPECT_EQ(first->deliveries(0).change(), "h:3:1");
  request.set_page_token(first->next_page_token());
  const auto second = List(request);
  ASSERT_THAT(second, IsOk());
  ASSERT_EQ(second->deliveries_size(), 1);
  EXPECT_EQ(second->deliveries(0).change(), "h:1:1");
  EXPECT_EQ(second->next_page_token(), "");
  request.set_parent("subscribers/y");
  EXPECT_THAT(List(request), ReasonIs("PAGE_TOKEN_MISMATCH"));
}

TEST_F(DeliveryApi, FiltersByWhatIsGiven) {
  Add(1);
  Add(2);
  v1::ListDeliveriesRequest request;
  EXPECT_EQ(List(request)->deliveries_size(), 4);
  request.set_change("h:2:1");
  EXPECT_EQ(List(request)->deliveries_size(), 2);
  request.set_parent("subscribers/y/subscriptions/s");
  EXPECT_EQ(List(request)->deliveries_size(), 1);
  request.set_state(v1::Delivery::STATE_DEAD);
  EXPECT_EQ(List(request)->deliveries_size(), 0);
  request.set_parent("clusters/x");
  EXPECT_THAT(List(request), HasFieldError("parent"));
}

TEST_F(DeliveryApi, APendingOneSaysWhatItWaitsFor) {
  Add(1);
  const auto found = List({});
  ASSERT_THAT(found, IsOk());
  for (const v1::Delivery& delivery : found->deliveries()) {
    EXPECT_EQ(delivery.reason(), "waits in the ledger for its turn");
    EXPECT_FALSE(delivery.has_next_attempt_time());  // it is due already
  }
}

TEST_F(DeliveryApi, ANameThatIsNoDeliverysIsSaidToBeWrong) {
  for (const char* name : {"", "clusters/x", "deliveries/x", "deliveries/", "x"}) {
    v1::GetDeliveryRequest get;
    get.set_name(name);
    EXPECT_THAT(Call<v1::Delivery>(&v1::DeliveryService::Stub::GetDelivery, get),
                HasFieldError("name"))
        << name;
    v1::RedriveDeliveryRequest redrive;
    redrive.set_name(name);
    EXPECT_THAT(Call<v1::Delivery>(&v1::DeliveryService::Stub::RedriveDelivery, redrive),
                HasFieldError("name"))
        << name;
    v1::ListAttemptsRequest attempts;
    attempts.set_parent(name);
    EXPECT_THAT(Call<v1::ListAttemptsResponse>(&v1::DeliveryService::Stub::ListAttempts, attempts),
                HasFieldError("parent"))
        << name;
  }
}

TEST_F(DeliveryApi, OnlyADeadDeliveryIsBroughtBack) {
  Add(1);
  v1::RedriveDeliveryRequest request;
  request.set_name(List({})->deliveries(0).name());
  EXPECT_THAT(Call<v1::Delivery>(&v1::DeliveryService::Stub::RedriveDelivery, request),
              ReasonIs("DELIVERY_NOT_DEAD"));
  request.set_name(DeliveryName("subscribers/none/subscriptions/s", "h:1:1"));
  EXPECT_THAT(Call<v1::Delivery>(&v1::DeliveryService::Stub::RedriveDelivery, request),
              StatusIs(absl::StatusCode::kNotFound));
}

TEST_F(DeliveryApi, WhatWaitsForADeletedSubscriberIsSuppressedAtOnceAndNotByADryRun) {
  Add(1);
  api_.domain.AddSubscriber("x");
  const auto stub = v1::SubscriberService::NewStub(rpc::MakeChannel(api_.address()));
  const auto states = [&] {
    v1::ListDeliveriesRequest request;
    request.set_parent("subscribers/x");  // what has no subscription is dropped in its time
    request.set_state(v1::Delivery::STATE_SUPPRESSED);
    std::vector<std::string> suppressed;
    const auto found = List(request);
    EXPECT_THAT(found, IsOk());
    for (const v1::Delivery& delivery : found->deliveries()) {
      suppressed.push_back(delivery.subscription() + ": " + delivery.reason());
    }
    return suppressed;
  };
  v1::DeleteSubscriberRequest request;
  request.set_name("subscribers/x");
  for (const bool dry : {true, false}) {
    request.set_validate_only(dry);
    grpc::ClientContext context;
    v1::DeleteSubscriberResponse response;
    ASSERT_TRUE(stub->DeleteSubscriber(&context, request, &response).ok());
    EXPECT_THAT(states(), testing::SizeIs(dry ? 0 : 1));
  }
  EXPECT_THAT(states(), testing::ElementsAre(
                            "subscribers/x/subscriptions/s: wanted: the subscriber was deleted"));
}

TEST_F(DeliveryApi, AreSeenByThoseWhoseTheyAreAndByOperators) {
  api_.domain.AddSubscriber("x");
  api_.domain.AddSubscriber("y");
  Add(1);
  v1::ListDeliveriesRequest request;
  request.set_parent("subscribers/x");
  const auto own = List(request, "subscribers/x");
  ASSERT_THAT(own, IsOk());
  ASSERT_EQ(own->deliveries_size(), 1);
  const std::string name = own->deliveries(0).name();
  EXPECT_THAT(List(request, "subscribers/y"), ReasonIs("NOT_ALLOWED"));
  EXPECT_THAT(List({}, "subscribers/x"), ReasonIs("NOT_ALLOWED"));
  EXPECT_THAT(List(request, "public"), ReasonIs("SIGN_IN"));
  for (const auto& [caller, code] : {std::pair("subscribers/x", absl::StatusCode::kOk),
                                     std::pair("subscribers/y", absl::StatusCode::kNotFound)}) {
    v1::GetDeliveryRequest get;
    get.set_name(name);
    EXPECT_THAT(Call<v1::Delivery>(&v1::DeliveryService::Stub::GetDelivery, get, caller).status(),
                StatusIs(code));
    v1::ListAttemptsRequest attempts;
    attempts.set_parent(name);
    EXPECT_THAT(
        Call<v1::ListAttemptsResponse>(&v1::DeliveryService::Stub::ListAttempts, attempts, caller)
            .status(),
        StatusIs(code));
  }
  v1::RedriveDeliveryRequest redrive;
  redrive.set_name(name);
  EXPECT_THAT(
      Call<v1::Delivery>(&v1::DeliveryService::Stub::RedriveDelivery, redrive, "subscribers/y"),
      StatusIs(absl::StatusCode::kNotFound));
}

TEST_F(DeliveryApi, OfWhatIsNotSeenNowAreLeftOutForTheirOwnerPageByPage) {
  api_.domain.AddSubscriber("x", "corp:x");
  api_.domain.CatchUp();
  for (int revision = 1; revision <= 6; ++revision) {
    Add(revision, revision % 2 == 0 ? "programmes/p" : "");
  }
  const auto seen = [&] {
    std::vector<std::string> changes;
    v1::ListDeliveriesRequest request;
    request.set_parent("subscribers/x");
    request.set_page_size(2);
    do {
      const auto page = List(request, "subscribers/x");
      EXPECT_THAT(page, IsOk());
      for (const v1::Delivery& one : page->deliveries()) changes.push_back(one.change());
      request.set_page_token(page->next_page_token());
    } while (!request.page_token().empty());
    return changes;
  };
  EXPECT_THAT(seen(), testing::ElementsAre("h:5:1", "h:3:1", "h:1:1"));
  v1::ListDeliveriesRequest probe;
  probe.set_parent("subscribers/x");
  probe.set_resource("clusters/c2");
  EXPECT_EQ(List(probe, "subscribers/x")->deliveries_size(), 0);
  EXPECT_EQ(List(probe)->deliveries_size(), 1) << "operators see all";
  v1::GetDeliveryRequest get;
  get.set_name(List(probe)->deliveries(0).name());
  const auto call = &v1::DeliveryService::Stub::GetDelivery;
  EXPECT_THAT(Call<v1::Delivery>(call, get, "subscribers/x"),
              StatusIs(absl::StatusCode::kNotFound));

  ReadWhole(*api_.domain.grants, api_.domain.clock, {GrantTo("corp:x", "programmes/p")});
  EXPECT_THAT(seen(), testing::SizeIs(6));
  EXPECT_THAT(Call<v1::Delivery>(call, get, "subscribers/x"), IsOk());
  api_.domain.clock.Advance(absl::Minutes(1));
  EXPECT_THAT(seen(), testing::SizeIs(3)) << "who may see it isn't known any more";
}

TEST_F(DeliveryApi, WhatIsWrongWithARequestIsNamedAtOnce) {
  v1::ListDeliveriesRequest request;
  request.set_parent("clusters/x");
  request.set_page_size(-1);
  request.set_state(static_cast<v1::Delivery::State>(99));
  EXPECT_THAT(List(request), testing::AllOf(HasFieldError("parent"), HasFieldError("page_size"),
                                            HasFieldError("state")));
}

TEST_F(DeliveryApi, AddsUp) {
  Add(1);
  grpc::ClientContext context;
  v1::GetBalanceResponse balance;
  ASSERT_TRUE(stub_->GetBalance(&context, {}, &balance).ok());
  EXPECT_EQ(balance.matched(), 2);
  EXPECT_EQ(balance.pending(), 2);
  EXPECT_EQ(balance.difference(), 0);
  grpc::ClientContext unknown;
  v1::GetBalanceRequest request;
  request.set_change("h:9:1");
  EXPECT_EQ(stub_->GetBalance(&unknown, request, &balance).error_code(),
            grpc::StatusCode::NOT_FOUND);
}

}  // namespace
}  // namespace clusterwire::notification
