// The inbox on the wire: cursors, and a stream that goes on.

#include <memory>
#include <thread>

#include "absl/strings/str_cat.h"
#include <gmock/gmock.h>
#include <grpcpp/client_context.h>
#include <gtest/gtest.h>

#include "clusterwire/notification/v1/inbox.grpc.pb.h"
#include "clusterwire/notification/v1/subscriber.grpc.pb.h"

#include "libs/base/testing/status_matchers.h"
#include "libs/base/time/clock.h"
#include "libs/rpc/call/status.h"
#include "libs/rpc/testing/client_call.h"
#include "services/notification/channels/inbox/inbox_reader.h"
#include "services/notification/grants/testing/grant_records.h"
#include "services/notification/ledger/inbox/inbox.h"
#include "services/notification/ledger/records/records.h"
#include "services/notification/ledger/records/seen_by.h"
#include "services/notification/testing/test_api.h"

namespace clusterwire::notification {
namespace {

// The image before and after, each public or seen by programmes/p.
change::v1::ResourceChanged Images(bool before_is_public, bool after_is_public) {
  change::v1::ResourceChanged images;
  images.mutable_before()->set_title("before");
  images.mutable_after()->set_title("after");
  images.mutable_cluster()->set_title("after");
  if (!before_is_public) images.mutable_before()->mutable_audience()->add_members("programmes/p");
  if (!after_is_public) images.mutable_after()->mutable_audience()->add_members("programmes/p");
  return images;
}

class InboxApi : public testing::Test {
 protected:
  InboxApi() : stub_(v1::InboxService::NewStub(rpc::MakeChannel(api_.address()))) {
    api_.domain.AddSubscriber("x", "corp:x");
    api_.domain.AddSubscriber("y");
    api_.domain.CatchUp();
  }

  void Put(const std::string& subscriber, int number,
           const change::v1::ResourceChanged& images = {}) {
    KeptRecord record;
    record.change = images;
    record.id = absl::StrCat("h:", number, ":1");
    record.change.set_history_id("h");
    record.change.set_revision(number);
    record.change.set_ordinal(1);
    record.change.set_name("clusters/a");
    record.change.set_kind("cluster.updated");
    record.received = api_.domain.clock.Now();
    v1::InboxItem item;
    item.set_delivery(absl::StrCat("deliveries/", number));
    item.set_subscription(subscriber + "/subscriptions/s");
    item.set_title(absl::StrCat("Notice ", number));
    item.set_text("told then");
    item.set_transition(v1::TRANSITION_CHANGED);
    *item.mutable_time() = ToTimestamp(api_.domain.clock.Now());
    const auto put = [&](sql::Connection& connection) -> absl::Status {
      RETURN_IF_ERROR(Records(connection).Keep(record).status());
      return Inbox(connection)
          .Append({{.subscriber = subscriber,
                    .change_id = record.id,
                    .seen_by = SeenBy(images.after()),
                    .time = api_.domain.clock.Now(),
                    .item = item}});
    };
    ASSERT_THAT(api_.ledger->Write(put), IsOk());
    api_.inbox_signal.Notify(subscriber);
  }
  absl::StatusOr<v1::ListInboxItemsResponse> List(const std::string& parent,
                                                  const std::string& cursor = "", int page_size = 0,
                                                  const std::string& view_as = "") {
    v1::ListInboxItemsRequest request;
    request.set_parent(parent);
    request.set_cursor(cursor);
    request.set_page_size(page_size);
    return rpc::CallOnce<v1::ListInboxItemsResponse>(
        *stub_, &v1::InboxService::Stub::ListInboxItems, request, view_as);
  }

  absl::StatusOr<v1::InboxStatus> Get(const std::string& parent) {
    v1::GetInboxRequest request;
    request.set_parent(parent);
    return rpc::CallOnce<v1::InboxStatus>(*stub_, &v1::InboxService::Stub::GetInbox, request);
  }
  absl::StatusOr<v1::InboxStatus> Mark(const std::string& parent, const std::string& cursor,
                                       const std::vector<int64_t>& sequences,
                                       const std::string& view_as = "") {
    v1::MarkInboxReadRequest request;
    request.set_parent(parent);
    request.set_cursor(cursor);
    request.mutable_sequences()->Add(sequences.begin(), sequences.end());
    return rpc::CallOnce<v1::InboxStatus>(*stub_, &v1::InboxService::Stub::MarkInboxRead, request,
                                          view_as);
  }

  TestApi api_;
  std::unique_ptr<v1::InboxService::Stub> stub_;
};

TEST_F(InboxApi, ReadsOnFromACursor) {
  for (int i = 1; i <= 3; ++i) Put("subscribers/x", i);
  const auto first = List("subscribers/x", "", 2);
  ASSERT_THAT(first, IsOk());
  ASSERT_EQ(first->items_size(), 2);
  EXPECT_EQ(first->items(0).sequence(), 1);
  EXPECT_EQ(first->items(0).title(), "Notice 1");
  EXPECT_EQ(first->items(0).change().name(), "clusters/a");
  const auto second = List("subscribers/x", first->next_cursor());
  ASSERT_THAT(second, IsOk());
  ASSERT_EQ(second->items_size(), 1);
  EXPECT_EQ(second->items(0).sequence(), 3);
  const auto end = List("subscribers/x", second->next_cursor());
  ASSERT_THAT(end, IsOk());
  EXPECT_EQ(end->items_size(), 0);
  EXPECT_EQ(end->next_cursor(), second->next_cursor());
}

TEST_F(InboxApi, RefusesCursorsOfOthersAndOfNobody) {
  Put("subscribers/x", 1);
  const auto x = List("subscribers/x");
  ASSERT_THAT(x, IsOk());
  EXPECT_THAT(List("subscribers/y", x->next_cursor()), HasFieldError("cursor"));
  EXPECT_THAT(List("subscribers/x", "17"), HasFieldError("cursor"));
  EXPECT_THAT(List("subscribers/x", "", -1), HasFieldError("page_size"));
  EXPECT_THAT(List("inboxes/x"), HasFieldError("parent"));
}

TEST_F(InboxApi, IsOpenToItsSubscriberOnly) {
  EXPECT_THAT(List("subscribers/x", "", 0, "subscribers/x"), IsOk());
  EXPECT_THAT(List("subscribers/x", "", 0, "subscribers/y"), ReasonIs("NOT_ALLOWED"));
  EXPECT_THAT(List("subscribers/x", "", 0, "public"), ReasonIs("SIGN_IN"));
  EXPECT_THAT(List("subscribers/z"), StatusIs(absl::StatusCode::kNotFound));
}

TEST_F(InboxApi, ShowsWhatTheSubscriberSeesNowWhoeverReads) {
  Put("subscribers/x", 1, Images(true, true));
  Put("subscribers/x", 2, Images(false, true));
  Put("subscribers/x", 3, Images(false, false));
  Put("subscribers/x", 4, Images(true, true));
  for (const char* reader : {"", "subscribers/x"}) {
    const auto cut = List("subscribers/x", "", 0, reader);
    ASSERT_THAT(cut, IsOk());
    ASSERT_EQ(cut->items_size(), 3);
    EXPECT_FALSE(cut->items(1).change().has_before());
    EXPECT_TRUE(cut->items(1).change().has_after());
    EXPECT_EQ(cut->items(1).text(), "") << "it may compare with what was before";
    EXPECT_EQ(cut->items(1).transition(), v1::TRANSITION_ENTERED);
    EXPECT_EQ(cut->items(2).sequence(), 4);
  }
  ReadWhole(*api_.domain.grants, api_.domain.clock, {GrantTo("corp:x", "programmes/p")});
  const auto whole = List("subscribers/x");
  ASSERT_THAT(whole, IsOk());
  ASSERT_EQ(whole->items_size(), 4);
  EXPECT_TRUE(whole->items(1).change().has_before());
  EXPECT_EQ(whole->items(1).text(), "told then");
  EXPECT_TRUE(whole->items(2).change().has_cluster());
}

TEST_F(InboxApi, APageOfOneFindsWhatStandsBehindMuchThatIsHidden) {
  for (int i = 1; i <= 25; ++i) Put("subscribers/x", i, Images(false, false));
  Put("subscribers/x", 26, Images(true, true));
  const auto page = List("subscribers/x", "", 1);
  ASSERT_THAT(page, IsOk());
  ASSERT_EQ(page->items_size(), 1);
  EXPECT_EQ(page->items(0).sequence(), 26);
  const auto end = List("subscribers/x", page->next_cursor(), 1);
  ASSERT_THAT(end, IsOk());
  EXPECT_EQ(end->items_size(), 0);
}

TEST_F(InboxApi, OneStepOfAStreamLooksAtSoManyItemsHoweverFewAreShown) {
  for (int i = 1; i <= 1005; ++i) Put("subscribers/x", i, Images(false, false));
  Put("subscribers/x", 1006, Images(true, true));
  const rpc::TokenSealer tokens("a key of at least sixteen bytes");
  const InboxReader reader(tokens, *api_.domain.subscribers, *api_.domain.interests, *api_.ledger,
                           api_.inbox_signal);
  rpc::CallContext call;
  call.caller.is_operator = true;
  v1::StreamInboxRequest request;
  request.set_parent("subscribers/x");
  const auto step = reader.Stream(call, request, [] {});
  ASSERT_THAT(step, IsOk());
  rpc::Batch<v1::StreamInboxResponse> first(100, 1'000'000);
  EXPECT_THAT((*step)(first), IsOkAndHolds(rpc::Pump::kMore));
  EXPECT_TRUE(first.empty());
  rpc::Batch<v1::StreamInboxResponse> second(100, 1'000'000);
  EXPECT_THAT((*step)(second), IsOkAndHolds(rpc::Pump::kWait));
  ASSERT_EQ(second.messages().size(), 1u);
  EXPECT_EQ(second.messages()[0].item().sequence(), 1006);
}

TEST_F(InboxApi, GoesNoFurtherThanWhatIsPublicWhileGrantsAreOld) {
  ReadWhole(*api_.domain.grants, api_.domain.clock, {GrantTo("corp:x", "programmes/p")});
  Put("subscribers/x", 1, Images(true, true));
  Put("subscribers/x", 2, Images(false, false));
  Put("subscribers/x", 3, Images(true, true));
  api_.domain.clock.Advance(absl::Minutes(1));
  const auto first = List("subscribers/x");
  ASSERT_THAT(first, IsOk());
  EXPECT_EQ(first->items_size(), 1);
  EXPECT_THAT(List("subscribers/x", first->next_cursor()), ReasonIs("GRANTS_BEHIND"));
  api_.domain.grants->CaughtUp(api_.domain.clock.Uptime());
  const auto rest = List("subscribers/x", first->next_cursor());
  ASSERT_THAT(rest, IsOk());
  EXPECT_EQ(rest->items_size(), 2);
}

TEST_F(InboxApi, ShowsNothingThatAnEarlierSubscriberOfTheNameLeftBehind) {
  Put("subscribers/x", 1);
  v1::DeleteSubscriberRequest request;
  request.set_name("subscribers/x");
  ASSERT_THAT(api_.domain.subscribers->Delete(AsOperator(), request.name(), ""), IsOk());
  api_.domain.clock.Advance(absl::Seconds(1));
  api_.domain.AddSubscriber("x");
  Put("subscribers/x", 2);
  const auto list = List("subscribers/x");
  ASSERT_THAT(list, IsOk());
  ASSERT_EQ(list->items_size(), 1);
  EXPECT_EQ(list->items(0).title(), "Notice 2");
}

TEST_F(InboxApi, ARepeatedDeletionLeavesTheInboxOfWhoeverHasTheNameSince) {
  const auto subscribers = v1::SubscriberService::NewStub(rpc::MakeChannel(api_.address()));
  v1::DeleteSubscriberRequest request;
  request.set_name("subscribers/x");
  request.set_request_id("r1");
  const auto remove = [&] {
    grpc::ClientContext context;
    rpc::Prepare({.deadline = absl::Now() + absl::Seconds(20), .trace = {}, .view_as = ""},
                 &context);
    v1::DeleteSubscriberResponse response;
    return rpc::ToAbslStatus(subscribers->DeleteSubscriber(&context, request, &response));
  };
  ASSERT_THAT(remove(), IsOk());
  api_.domain.AddSubscriber("x");
  Put("subscribers/x", 1);
  ASSERT_THAT(remove(), IsOk());
  const auto list = List("subscribers/x");
  ASSERT_THAT(list, IsOk());
  EXPECT_EQ(list->items_size(), 1);
}

TEST_F(InboxApi, CountsWhatIsUnreadAndMarksUpToACursorOrSingleItems) {
  for (int i = 1; i <= 5; ++i) Put("subscribers/x", i);
  Put("subscribers/x", 6, Images(false, false));
  EXPECT_EQ(Get("subscribers/x")->unread_count(), 5) << "one tells what they don't see";
  const auto first = List("subscribers/x", "", 2);
  ASSERT_THAT(first, IsOk());
  EXPECT_EQ(Get("subscribers/x")->unread_count(), 5) << "reading marks nothing";
  const auto marked = Mark("subscribers/x", first->next_cursor(), {4});
  ASSERT_THAT(marked, IsOk());
  EXPECT_EQ(marked->subscriber(), "subscribers/x");
  EXPECT_EQ(marked->unread_count(), 2);
  EXPECT_THAT(Mark("subscribers/x", first->next_cursor(), {4}), IsOk());
  const auto all = List("subscribers/x");
  ASSERT_THAT(all, IsOk());
  std::vector<int64_t> unread;
  for (const v1::InboxItem& item : all->items()) {
    if (!item.read()) unread.push_back(item.sequence());
  }
  EXPECT_THAT(unread, testing::ElementsAre(3, 5));
}

TEST_F(InboxApi, RefusesAllThatIsWrongWithMarksAtOnceAndMarksNothing) {
  Put("subscribers/x", 1);
  const auto x = List("subscribers/x");
  ASSERT_THAT(x, IsOk());
  EXPECT_THAT(Mark("subscribers/x", "", {}), HasFieldError("cursor"));
  EXPECT_THAT(Mark("subscribers/y", x->next_cursor(), {1}), HasFieldError("cursor"));
  const auto both = Mark("subscribers/x", "17", {1, 0});
  EXPECT_THAT(both, HasFieldError("cursor"));
  EXPECT_THAT(both, HasFieldError("sequences[1]"));
  EXPECT_THAT(Mark("subscribers/x", "", std::vector<int64_t>(1001, 1)), HasFieldError("sequences"));
  EXPECT_THAT(Mark("subscribers/x", "", {1}, "subscribers/y"), ReasonIs("NOT_ALLOWED"));
  EXPECT_EQ(Get("subscribers/x")->unread_count(), 1);
}

TEST_F(InboxApi, SaysWhatWentBecauseTheInboxWasFull) {
  Put("subscribers/x", 1);
  const auto before = List("subscribers/x");
  ASSERT_THAT(before, IsOk());
  ASSERT_THAT(api_.ledger->Write([](sql::Connection& connection) {
    return connection.Execute("UPDATE inbox SET last_sequence = 40000");
  }),
              IsOk());
  for (int i = 2; i <= 102; ++i) Put("subscribers/x", i);
  const auto inbox = Get("subscribers/x");
  ASSERT_THAT(inbox, IsOk());
  EXPECT_EQ(inbox->dropped_count(), 1);
  EXPECT_TRUE(inbox->has_dropped_since());
  const auto after = List("subscribers/x", before->next_cursor());
  ASSERT_THAT(after, IsOk());
  EXPECT_GT(after->dropped_count(), 0);
  EXPECT_LE(after->dropped_count(), after->items(0).sequence() - 2);
  EXPECT_EQ(List("subscribers/x", after->next_cursor())->dropped_count(), 0);
  ASSERT_THAT(Mark("subscribers/x", after->next_cursor(), {}), IsOk());
  EXPECT_EQ(Get("subscribers/x")->dropped_count(), 0);
}

TEST_F(InboxApi, StreamsWhatIsThereAndWhatComes) {
  Put("subscribers/x", 1);
  v1::StreamInboxRequest request;
  request.set_parent("subscribers/x");
  grpc::ClientContext context;
  rpc::Prepare({.deadline = absl::Now() + absl::Seconds(20), .trace = {}, .view_as = ""}, &context);
  const auto stream = stub_->StreamInbox(&context, request);
  v1::StreamInboxResponse message;
  ASSERT_TRUE(stream->Read(&message));
  EXPECT_EQ(message.item().sequence(), 1);
  const std::string cursor = message.cursor();

  Put("subscribers/x", 2);
  ASSERT_TRUE(stream->Read(&message));
  EXPECT_EQ(message.item().sequence(), 2);
  const auto from_cursor = List("subscribers/x", cursor);
  ASSERT_THAT(from_cursor, IsOk());
  EXPECT_EQ(from_cursor->items(0).sequence(), 2);
  context.TryCancel();
  while (stream->Read(&message)) {
  }
  EXPECT_EQ(stream->Finish().error_code(), grpc::StatusCode::CANCELLED);
}

TEST_F(InboxApi, EndsAStreamWhenItsSubscriberIsDeleted) {
  v1::StreamInboxRequest request;
  request.set_parent("subscribers/x");
  grpc::ClientContext context;
  rpc::Prepare({.deadline = absl::Now() + absl::Seconds(20), .trace = {}, .view_as = ""}, &context);
  const auto stream = stub_->StreamInbox(&context, request);
  Put("subscribers/x", 1);
  v1::StreamInboxResponse message;
  ASSERT_TRUE(stream->Read(&message));
  v1::DeleteSubscriberRequest gone;
  gone.set_name("subscribers/x");
  ASSERT_THAT(api_.domain.subscribers->Delete(AsOperator(), gone.name(), ""), IsOk());
  api_.inbox_signal.Notify("subscribers/x");
  EXPECT_FALSE(stream->Read(&message));
  EXPECT_EQ(stream->Finish().error_code(), grpc::StatusCode::NOT_FOUND);
}

}  // namespace
}  // namespace clusterwire::notification
