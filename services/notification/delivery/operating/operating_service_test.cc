// What operators and owners do to many deliveries, on the wire.

#include <memory>

#include "absl/strings/str_cat.h"
#include <gmock/gmock.h>
#include <grpcpp/client_context.h>
#include <gtest/gtest.h>

#include "clusterwire/notification/v1/delivery.grpc.pb.h"
#include "clusterwire/notification/v1/hold.grpc.pb.h"
#include "clusterwire/notification/v1/reach.grpc.pb.h"

#include "libs/base/status/error.h"
#include "libs/base/testing/status_matchers.h"
#include "libs/base/time/clock.h"
#include "libs/change/record.h"
#include "libs/rpc/testing/client_call.h"
#include "services/notification/grants/testing/grant_records.h"
#include "services/notification/ingest/intake.h"
#include "services/notification/ledger/balance.h"
#include "services/notification/ledger/deliveries/deliveries.h"
#include "services/notification/ledger/records/dead_letters.h"
#include "services/notification/ledger/records/records.h"
#include "services/notification/ledger/testing/rows.h"
#include "services/notification/testing/test_api.h"

namespace clusterwire::notification {
namespace {

using DeliveryStub = v1::DeliveryService::Stub;

class OperatingApi : public testing::Test {
 protected:
  OperatingApi()
      : stub_(v1::DeliveryService::NewStub(rpc::MakeChannel(api_.address()))),
        holds_(v1::HoldService::NewStub(rpc::MakeChannel(api_.address()))),
        reach_(v1::ReachService::NewStub(rpc::MakeChannel(api_.address()))) {}

  template <typename Response, typename Stub, typename Method, typename Request>
  absl::StatusOr<Response> Call(Stub& stub, Method method, const Request& request,
                                const std::string& view_as = "") {
    return rpc::CallOnce<Response>(stub, method, request, view_as);
  }
  // A change of the cluster that a subscription of each of these matched, in this state.
  void Add(int revision, const std::string& kind, const std::vector<std::string>& subscribers,
           v1::Delivery::State state = v1::Delivery::STATE_PENDING,
           const std::string& audience = "") {
    KeptRecord record = MakeRecord("clusters/a", revision, kind);
    record.received = api_.domain.clock.Now();
    if (!audience.empty()) {
      record.change.mutable_after()->mutable_audience()->add_members(audience);
    }
    std::vector<PendingDelivery> rows;
    for (const std::string& subscriber : subscribers) {
      PendingDelivery row = MakeDelivery(record, absl::StrCat(subscriber, "/subscriptions/s"));
      row.sequence += revision;
      rows.push_back(row);
    }
    ASSERT_THAT(api_.ledger->Write([&](sql::Connection& connection) -> absl::Status {
      RETURN_IF_ERROR(Records(connection).Keep(record).status());
      RETURN_IF_ERROR(Deliveries(connection).Insert(rows, ""));
      RETURN_IF_ERROR(Records(connection)
                          .SetProgress(record.id, {.matched = static_cast<int64_t>(rows.size()),
                                                   .through = "",
                                                   .closed = true}));
      if (state == v1::Delivery::STATE_PENDING) return absl::OkStatus();
      return connection.Execute("UPDATE delivery SET state = $2 WHERE change_id = $1",
                                {record.id, int{state}});
    }),
                IsOk());
  }
  absl::StatusOr<v1::CountDeliveriesResponse> Count(const v1::CountDeliveriesRequest& request,
                                                    const std::string& view_as = "") {
    return Call<v1::CountDeliveriesResponse>(*stub_, &DeliveryStub::CountDeliveries, request,
                                             view_as);
  }
  absl::StatusOr<v1::GetReachResponse> Reach(const std::string& view_as = "",
                                             const std::string& resource = "clusters/a") {
    v1::GetReachRequest request;
    request.set_resource(resource);
    return Call<v1::GetReachResponse>(*reach_, &v1::ReachService::Stub::GetReach, request, view_as);
  }

  TestApi api_;
  std::unique_ptr<v1::DeliveryService::Stub> stub_;
  std::unique_ptr<v1::HoldService::Stub> holds_;
  std::unique_ptr<v1::ReachService::Stub> reach_;
};

TEST_F(OperatingApi, DeliveriesAreCountedByWhatIsAskedAndListedByTheSameFilters) {
  Add(1, "cluster.updated", {"subscribers/x", "subscribers/y"});
  Add(2, "cluster.published", {"subscribers/x"}, v1::Delivery::STATE_DEAD);
  v1::CountDeliveriesRequest request;
  auto counted = Count(request);
  ASSERT_THAT(counted, IsOk());
  EXPECT_TRUE(counted->complete());
  ASSERT_EQ(counted->counts_size(), 2);
  EXPECT_EQ(counted->counts(0).state(), v1::Delivery::STATE_PENDING);
  EXPECT_EQ(counted->counts(0).count(), 2);
  request.set_by(v1::CountDeliveriesRequest::BY_SUBSCRIBER);
  counted = Count(request);
  ASSERT_EQ(counted->counts_size(), 3);
  EXPECT_EQ(counted->counts(0).key(), "subscribers/x");
  request.set_by(v1::CountDeliveriesRequest::BY_CHANGE_KIND);
  request.set_endpoint("subscribers/x/endpoints/inbox");
  request.set_change_kind("cluster.published");
  counted = Count(request);
  ASSERT_EQ(counted->counts_size(), 1);
  EXPECT_EQ(counted->counts(0).key(), "cluster.published");
  EXPECT_EQ(counted->counts(0).state(), v1::Delivery::STATE_DEAD);

  v1::ListDeliveriesRequest list;
  list.set_endpoint("subscribers/y/endpoints/inbox");
  const auto call = &DeliveryStub::ListDeliveries;
  EXPECT_EQ(Call<v1::ListDeliveriesResponse>(*stub_, call, list)->deliveries_size(), 1);
  list.set_change_kind("cluster.published");
  EXPECT_EQ(Call<v1::ListDeliveriesResponse>(*stub_, call, list)->deliveries_size(), 0);
  list.clear_endpoint();
  EXPECT_EQ(Call<v1::ListDeliveriesResponse>(*stub_, call, list)->deliveries_size(), 1);
  *list.mutable_start_time() = ToTimestamp(api_.domain.clock.Now() + absl::Seconds(1));
  EXPECT_EQ(Call<v1::ListDeliveriesResponse>(*stub_, call, list)->deliveries_size(), 0);
  *list.mutable_end_time() = ToTimestamp(api_.domain.clock.Now());
  list.set_change_kind("cluster.publishd");
  for (const char* field : {"end_time", "change_kind"}) {
    EXPECT_THAT(Call<v1::ListDeliveriesResponse>(*stub_, call, list), HasFieldError(field));
  }
}

TEST_F(OperatingApi, AnOwnerCountsWhatItSees) {
  api_.domain.AddSubscriber("x", "corp:x");
  api_.domain.CatchUp();
  Add(1, "cluster.updated", {"subscribers/x", "subscribers/y"});
  Add(2, "cluster.updated", {"subscribers/x"}, v1::Delivery::STATE_PENDING, "programmes/p");
  v1::CountDeliveriesRequest request;
  request.set_parent("subscribers/x");
  EXPECT_EQ(Count(request)->counts(0).count(), 2);
  EXPECT_EQ(Count(request, "subscribers/x")->counts(0).count(), 1);
  EXPECT_THAT(Count(request, "subscribers/y"), ReasonIs("NOT_ALLOWED"));
  EXPECT_THAT(Count({}, "subscribers/x"), ReasonIs("NOT_ALLOWED"));
}

TEST_F(OperatingApi, DeadOnesAreBroughtBackTogetherAndThoseThatCannotGoStay) {
  api_.domain.AddSubscriber("x", "corp:x");
  v1::Subscription subscription;
  subscription.set_endpoint("subscribers/x/endpoints/inbox");
  api_.domain.AddSubscription("subscribers/x", "s", subscription);
  api_.domain.CatchUp();
  Add(1, "cluster.updated", {"subscribers/x", "subscribers/gone"}, v1::Delivery::STATE_DEAD);
  Add(2, "cluster.updated", {"subscribers/x"}, v1::Delivery::STATE_DEAD);
  const auto call = &DeliveryStub::RedriveDeliveries;
  v1::RedriveDeliveriesRequest request;
  request.set_validate_only(true);
  EXPECT_EQ(Call<v1::RedriveDeliveriesResponse>(*stub_, call, request)->dead(), 3);
  request.set_validate_only(false);
  request.set_page_size(2);
  int redriven = 0;
  int blocked = 0;
  do {
    const auto answer = Call<v1::RedriveDeliveriesResponse>(*stub_, call, request);
    ASSERT_THAT(answer, IsOk());
    redriven += answer->redriven();
    blocked += answer->blocked();
    request.set_page_token(answer->next_page_token());
  } while (!request.page_token().empty());
  EXPECT_EQ(redriven, 2);
  EXPECT_EQ(blocked, 1);
  request.set_parent("subscribers/x");
  EXPECT_THAT(Call<v1::RedriveDeliveriesResponse>(*stub_, call, request, "subscribers/y"),
              ReasonIs("NOT_ALLOWED"));
}

TEST_F(OperatingApi, ReplayIsForWhoseSubscriptionItIsAndNamesWhatIsWrong) {
  api_.domain.AddSubscriber("x", "corp:x");
  v1::Subscription subscription;
  subscription.set_endpoint("subscribers/x/endpoints/inbox");
  subscription.mutable_filter()->add_types("cluster");
  const std::string name = api_.domain.AddSubscription("subscribers/x", "s", subscription).name();
  api_.domain.CatchUp();
  Add(1, "cluster.updated", {});
  const auto call = &DeliveryStub::ReplaySubscription;
  v1::ReplaySubscriptionRequest request;
  request.set_name("subscribers/x");
  for (const char* field : {"name", "start_time"}) {
    EXPECT_THAT(Call<v1::ReplaySubscriptionResponse>(*stub_, call, request), HasFieldError(field));
  }
  request.set_name(name);
  request.mutable_start_time()->set_seconds(1);
  EXPECT_THAT(Call<v1::ReplaySubscriptionResponse>(*stub_, call, request, "subscribers/y"),
              ReasonIs("NOT_ALLOWED"));
  const auto answer = Call<v1::ReplaySubscriptionResponse>(*stub_, call, request, "subscribers/x");
  ASSERT_THAT(answer, IsOk());
  EXPECT_EQ(answer->added(), 1);
  EXPECT_EQ(answer->next_page_token(), "");
}

TEST_F(OperatingApi, HoldsAreTheOperators) {
  v1::CreateHoldRequest create;
  create.mutable_hold()->set_change_kind("Cluster.Updated");
  const auto call = &v1::HoldService::Stub::CreateHold;
  EXPECT_THAT(Call<v1::Hold>(*holds_, call, create, "subscribers/x"), ReasonIs("ACCESS_DENIED"));
  const auto hold = Call<v1::Hold>(*holds_, call, create);
  ASSERT_THAT(hold, IsOk());
  EXPECT_EQ(hold->change_kind(), "cluster.updated") << "a text comes in by its form";
  v1::ReleaseHoldRequest release;
  release.set_name("deliveries/x");
  EXPECT_THAT(Call<v1::Hold>(*holds_, &v1::HoldService::Stub::ReleaseHold, release),
              HasFieldError("name"));
  release.set_name(hold->name());
  EXPECT_THAT(Call<v1::Hold>(*holds_, &v1::HoldService::Stub::ReleaseHold, release), IsOk());
  EXPECT_THAT(Call<v1::Hold>(*holds_, &v1::HoldService::Stub::ReleaseHold, release),
              StatusIs(absl::StatusCode::kNotFound));
}

TEST_F(OperatingApi, RetryingWhatIsHeldSaysWhatHoldsItAndSendsNothing) {
  api_.domain.AddSubscriber("x");
  api_.domain.AddSubscription("subscribers/x", "s", [] {
    v1::Subscription subscription;
    subscription.set_endpoint("subscribers/x/endpoints/inbox");
    return subscription;
  }());
  api_.domain.CatchUp();
  Add(1, "cluster.updated", {"subscribers/x"});
  v1::CreateHoldRequest create;
  create.mutable_hold()->set_change_kind("cluster.updated");
  const auto hold = Call<v1::Hold>(*holds_, &v1::HoldService::Stub::CreateHold, create);
  ASSERT_THAT(hold, IsOk());
  v1::RetryDeliveryRequest retry;
  retry.set_name(DeliveryName("subscribers/x/subscriptions/s", "h:1:1"));
  const auto retried = Call<v1::Delivery>(*stub_, &DeliveryStub::RetryDelivery, retry);
  ASSERT_THAT(retried, IsOk());
  EXPECT_EQ(retried->state(), v1::Delivery::STATE_PENDING);
  EXPECT_THAT(retried->reason(), testing::StartsWith("held: " + hold->name() + " until "));
  EXPECT_EQ(ToTime(retried->next_attempt_time()), ToTime(hold->expire_time()));
}

// A message of the topic at this offset: a record, or what can't be read as one.
kafka::ReceivedMessage MessageAt(int64_t offset, bool readable) {
  kafka::ReceivedMessage message{.from = {"changes", 0}, .offset = offset, .value = "no record"};
  if (!readable) return message;
  change::v1::ResourceChanged changed = MakeRecord("clusters/a", static_cast<int>(offset)).change;
  *changed.mutable_time() = ToTimestamp(absl::FromUnixSeconds(1'700'000'000));
  auto encoded = change::Encode({.changed = changed, .traceparent = ""});
  message.key = std::move(encoded->key);
  message.value = std::move(encoded->value);
  message.headers = std::move(encoded->headers);
  return message;
}

TEST_F(OperatingApi, DeadLettersAreRedrivenInBulkAndWhatStaysUnreadableStays) {
  constexpr int kLetters = 5;
  ASSERT_THAT(api_.ledger->Write([&](sql::Connection& connection) -> absl::Status {
    for (int offset = 1; offset <= kLetters; ++offset) {
      RETURN_IF_ERROR(DeadLetters(connection)
                          .Add(MessageAt(offset, /*readable=*/offset % 2 == 1),
                               absl::DataLossError("a newer release wrote it"),
                               api_.domain.clock.Now() + absl::Seconds(offset)));
    }
    return absl::OkStatus();
  }),
              IsOk());
  telemetry::Metrics metrics;
  Channels none;
  AtOnce at_once(*api_.domain.interests, none, api_.domain.clock, metrics);
  Intake intake(
      {}, *api_.ledger, *api_.domain.interests, at_once, api_.domain.clock, IngestMetrics(metrics),
      [](Intake::Committed) {}, [] {});
  api_.redrive = [&](std::string_view name) { return intake.Redrive(name); };

  v1::RedriveDeadLettersRequest request;
  const auto redrive = [&] {
    return Call<v1::RedriveDeadLettersResponse>(*stub_, &DeliveryStub::RedriveDeadLetters, request);
  };
  request.set_validate_only(true);
  request.set_error("NEWER release");
  EXPECT_EQ(redrive()->matching(), kLetters);
  request.set_validate_only(false);
  request.set_page_size(2);
  int redriven = 0;
  int unreadable = 0;
  do {
    const auto answer = redrive();
    ASSERT_THAT(answer, IsOk());
    redriven += answer->redriven();
    unreadable += answer->unreadable();
    request.set_page_token(answer->next_page_token());
  } while (!request.page_token().empty());
  EXPECT_EQ(redriven, 3);
  EXPECT_EQ(unreadable, 2);
  for (int offset = 1; offset <= kLetters; ++offset) {
    const bool kept = api_.ledger
                          ->Read([&](sql::Connection& connection) {
                            return Records(connection).Load(absl::StrCat("h:", offset, ":1"));
                          })
                          .ok();
    EXPECT_EQ(kept, offset % 2 == 1) << offset;
  }
  v1::RedriveDeadLettersRequest rest;
  rest.set_validate_only(true);
  EXPECT_EQ(Call<v1::RedriveDeadLettersResponse>(*stub_, &DeliveryStub::RedriveDeadLetters, rest)
                ->matching(),
            2);
  rest.set_topic("others");
  EXPECT_EQ(Call<v1::RedriveDeadLettersResponse>(*stub_, &DeliveryStub::RedriveDeadLetters, rest)
                ->matching(),
            0);
}

TEST_F(OperatingApi, ReachIsRoundedToFivesAndShownToThoseWhoEditTheRoot) {
  std::vector<std::string> subscribers;
  for (int i = 0; i < 12; ++i) {
    api_.domain.AddSubscriber(absl::StrCat("s", i), absl::StrCat("corp:", i / 5));
    subscribers.push_back(absl::StrCat("subscribers/s", i));
  }
  api_.domain.CatchUp();
  Add(1, "cluster.updated", subscribers, v1::Delivery::STATE_DELIVERED);
  subscribers.resize(3);
  Add(2, "cluster.updated", subscribers, v1::Delivery::STATE_PENDING);
  EXPECT_EQ(Reach()->changes(), 0) << "not before the full hour";
  EXPECT_TRUE(Reach()->matched().under_five());
  api_.domain.clock.Advance(absl::Hours(1));
  ReadWhole(*api_.domain.grants, api_.domain.clock);
  const auto reach = Reach("clusters/a");
  ASSERT_THAT(reach, IsOk());
  EXPECT_EQ(reach->matched().subscribers(), 10);
  EXPECT_FALSE(reach->matched().under_five());
  EXPECT_EQ(reach->delivered().subscribers(), 10);
  ASSERT_EQ(reach->channels_size(), 1);
  EXPECT_EQ(reach->channels(0).channel(), "inbox");
  EXPECT_EQ(reach->changes(), 2);
  EXPECT_EQ(reach->ShortDebugString(), Reach("clusters/a")->ShortDebugString());
  EXPECT_THAT(Reach("clusters/b"), ReasonIs("NOT_ALLOWED"));
  for (const char* none : {"", "a", "cluster/a", "subscribers/x"}) {
    EXPECT_THAT(Reach("", none), HasFieldError("resource")) << none;
  }
}

TEST_F(OperatingApi, TheReachOfWhatAClusterOwnsIsShownToItsPeople) {
  KeptRecord record = MakeRecord("publications/report", 1, "publication.published");
  record.change.mutable_publication()->set_owner("clusters/a");
  ASSERT_THAT(api_.ledger->Write([&](sql::Connection& connection) -> absl::Status {
    RETURN_IF_ERROR(Records(connection).Keep(record).status());
    return Records(connection).NoteNewest(record.change).status();
  }),
              IsOk());
  ReadWhole(*api_.domain.grants, api_.domain.clock);
  EXPECT_THAT(Reach("clusters/a", "publications/report"), IsOk());
  EXPECT_THAT(Reach("clusters/b", "publications/report"), ReasonIs("NOT_ALLOWED"));
  EXPECT_THAT(Reach("clusters/a", "publications/none"), ReasonIs("NOT_ALLOWED"));
  EXPECT_THAT(Reach("clusters/a", "report"), ReasonIs("INVALID_FIELDS"));
}

}  // namespace
}  // namespace clusterwire::notification
