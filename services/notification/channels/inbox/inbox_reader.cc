#include "services/notification/channels/inbox/inbox_reader.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"

#include "libs/api/run.h"
#include "libs/base/status/error.h"
#include "libs/base/time/clock.h"
#include "libs/change/record.h"
#include "libs/resource/page.h"
#include "libs/rpc/token/page_position.pb.h"
#include "services/notification/ledger/inbox/inbox.h"
#include "services/notification/ledger/ledger.h"
#include "services/notification/ledger/records/seen_by.h"
#include "services/notification/resources/subscribers/interests.h"
#include "services/notification/resources/subscribers/subscriber_rules.h"

namespace clusterwire::notification {
namespace {

constexpr std::string_view kPurpose = "inbox";
constexpr int kDefaultPage = 50;
constexpr int kMaxPage = 1000;
constexpr int kMostMarked = 1000;
constexpr int kRead = 10;  // items read at a time: each carries a whole record, up to 1 MB
// At items for one page or one step of a stream, however few are shown.
constexpr size_t kMostLooked = 1000;

absl::Status CursorError(std::string_view description) { return FieldError("cursor", description); }

// An item that an earlier subscriber of the same name left behind is shown to no one.
bool Belongs(const v1::InboxItem& item, const v1::Subscriber& owner) {
  return ToTime(item.time()) >= ToTime(owner.create_time());
}

absl::Status CheckSequences(const v1::MarkInboxReadRequest& request) {
  FieldErrors errors;
  if (request.sequences_size() > kMostMarked) {
    errors.Add("sequences", absl::StrCat("at most ", kMostMarked, " at a time"));
  }
  for (int i = 0; i < std::min(request.sequences_size(), kMostMarked); ++i) {
    if (request.sequences(i) < 1) {
      errors.Add(absl::StrCat("sequences[", i, "]"), "must be an item's number, from 1 on");
    }
  }
  if (request.cursor().empty() && request.sequences().empty()) {
    errors.Add("cursor", "give a cursor, or single items in sequences");
  }
  return errors.ToStatus();
}

// A page that goes no further for now. A stream waits.
absl::Status HeldError() {
  return WithRetryDelay(
      Error(absl::StatusCode::kUnavailable, "GRANTS_BEHIND",
            "what comes next is not public, and who may see it isn't known at the moment; go on "
            "from the same cursor a little later"),
      absl::Seconds(5));
}

}  // namespace

// What a stream keeps between its steps.
struct InboxReader::Open {
  rpc::CallContext call;
  std::string subscriber;
  google::protobuf::Timestamp made;  // another one may get its name
  int64_t sequence = 0;
  int64_t dropped = 0;  // of what wasn't said yet
  std::unique_ptr<InboxSignal::Waiter> waiter;
};

// Titles, links and reasons are told from the image that the item shows; the text may compare it
// with the one before.
InboxReader::Visibility InboxReader::Show(const v1::Subscriber& owner, v1::InboxItem& item) const {
  if (!Belongs(item, owner)) return Visibility::kLeftOut;
  if (!item.endpoint().empty()) return Visibility::kShown;  // of its owner's own endpoint
  change::v1::ResourceChanged& change = *item.mutable_change();
  const bool is_public = !change.before().has_audience() && !change.after().has_audience();
  if (is_public) return Visibility::kShown;
  if (interests_.grants().behind()) return Visibility::kHeld;
  const bool had_before = change.has_before();
  change::CutTo(interests_.ViewerOf(owner.name()), &change);
  const bool left = item.transition() == v1::TRANSITION_LEFT;
  if (left ? !change.has_before() : !change.has_after()) return Visibility::kLeftOut;
  if (had_before && !change.has_before()) {
    item.clear_text();
    item.set_transition(v1::TRANSITION_ENTERED);
  }
  return Visibility::kShown;
}

absl::StatusOr<v1::ListInboxItemsResponse> InboxReader::List(
    const rpc::CallContext& call, const v1::ListInboxItemsRequest& request) const {
  ASSIGN_OR_RETURN(const v1::Subscriber owner, OwnerOf(call, request.parent()));
  FieldErrors errors;
  const absl::StatusOr<int64_t> begin = SequenceOf(request.parent(), request.cursor());
  RETURN_IF_ERROR(errors.AddFrom(begin.status()));
  if (request.page_size() < 0) errors.Add("page_size", "must not be negative");
  RETURN_IF_ERROR(errors.ToStatus());
  int64_t sequence = *begin;
  ASSIGN_OR_RETURN(const int64_t dropped, DroppedAfter(request.parent(), sequence));
  const int size =
      request.page_size() == 0 ? kDefaultPage : std::min(request.page_size(), kMaxPage);
  v1::ListInboxItemsResponse response;
  // Items carry whole records: what one message may hold ends the page early.
  resource::PageRoom room(static_cast<size_t>(size));
  bool full = false;
  int wanted = std::min(size, kRead);
  size_t looked = 0;
  while (!full && response.items_size() < size && looked < kMostLooked) {
    ASSIGN_OR_RETURN(auto items, Read(request.parent(), sequence, wanted));
    looked += items.size();
    for (v1::InboxItem& item : items) {
      const Visibility shown = Show(owner, item);
      if (shown == Visibility::kHeld && response.items().empty()) return HeldError();
      full = shown == Visibility::kHeld ||
             (shown == Visibility::kShown && !room.Takes(item.ByteSizeLong()));
      if (full) break;
      sequence = item.sequence();
      if (shown == Visibility::kShown) *response.add_items() = std::move(item);
    }
    if (items.size() < static_cast<size_t>(wanted)) break;
    wanted = kRead;
  }
  response.set_dropped_count(dropped);
  response.set_next_cursor(CursorAfter(request.parent(), sequence));
  return response;
}

absl::StatusOr<rpc::Source<v1::StreamInboxResponse>> InboxReader::Stream(
    const rpc::CallContext& call, const v1::StreamInboxRequest& request, rpc::Waker wake) const {
  ASSIGN_OR_RETURN(const v1::Subscriber owner, OwnerOf(call, request.parent()));
  auto open = std::make_shared<Open>();
  open->made = owner.create_time();
  ASSIGN_OR_RETURN(open->sequence, SequenceOf(request.parent(), request.cursor()));
  open->call = call;
  open->subscriber = request.parent();
  // Listens before it reads for the first time, so nothing comes unnoticed in between.
  open->waiter = std::make_unique<InboxSignal::Waiter>(signal_, open->subscriber, std::move(wake));
  return [reader = *this, open](rpc::Batch<v1::StreamInboxResponse>& batch) {
    return reader.Step(*open, batch);
  };
}

absl::StatusOr<rpc::Pump> InboxReader::Step(Open& open,
                                            rpc::Batch<v1::StreamInboxResponse>& batch) const {
  ASSIGN_OR_RETURN(const v1::Subscriber owner, OwnerOf(open.call, open.subscriber));
  if (ToTime(owner.create_time()) != ToTime(open.made)) return NotFoundError(open.subscriber);
  for (size_t looked = 0; !batch.full() && looked < kMostLooked;) {
    ASSIGN_OR_RETURN(auto items, Read(open.subscriber, open.sequence, kRead));
    if (items.empty()) return rpc::Pump::kWait;
    // Items have no gap between them but where some went.
    if (items[0].sequence() > open.sequence + 1) {
      ASSIGN_OR_RETURN(const int64_t dropped, DroppedAfter(open.subscriber, open.sequence));
      open.dropped += dropped;
    }
    looked += items.size();
    for (v1::InboxItem& item : items) {
      if (batch.full()) break;
      const Visibility shown = Show(owner, item);
      if (shown == Visibility::kHeld) return rpc::Pump::kWait;
      open.sequence = item.sequence();
      if (shown == Visibility::kLeftOut) continue;
      v1::StreamInboxResponse message;
      message.set_dropped_count(std::exchange(open.dropped, 0));
      message.set_cursor(CursorAfter(open.subscriber, open.sequence));
      *message.mutable_item() = std::move(item);
      batch.Add(std::move(message));
    }
  }
  return rpc::Pump::kMore;
}

absl::StatusOr<v1::InboxStatus> InboxReader::Get(const rpc::CallContext& call,
                                                 const v1::GetInboxRequest& request) const {
  ASSIGN_OR_RETURN(const v1::Subscriber owner, OwnerOf(call, request.parent()));
  return SummaryOf(owner);
}

absl::StatusOr<v1::InboxStatus> InboxReader::MarkRead(
    const rpc::CallContext& call, const v1::MarkInboxReadRequest& request) const {
  ASSIGN_OR_RETURN(const v1::Subscriber owner, OwnerOf(call, request.parent()));
  FieldErrors errors;
  const absl::StatusOr<int64_t> through = SequenceOf(request.parent(), request.cursor());
  RETURN_IF_ERROR(errors.AddFrom(through.status()));
  RETURN_IF_ERROR(errors.AddFrom(CheckSequences(request)));
  RETURN_IF_ERROR(errors.ToStatus());
  RETURN_IF_ERROR(ledger_.Write([&](sql::Connection& connection) -> absl::Status {
    Inbox inbox(connection);
    if (*through > 0) RETURN_IF_ERROR(inbox.MarkReadThrough(owner.name(), *through));
    return inbox.MarkRead(owner.name(), {request.sequences().begin(), request.sequences().end()});
  }));
  return SummaryOf(owner);
}

absl::StatusOr<v1::InboxStatus> InboxReader::SummaryOf(const v1::Subscriber& owner) const {
  ASSIGN_OR_RETURN(const InboxSummary summary, ledger_.Read([&](sql::Connection& connection) {
    return Inbox(connection).Summary(owner.name(), ToTime(owner.create_time()));
  }));
  v1::InboxStatus inbox;
  inbox.set_subscriber(owner.name());
  const filter::Viewer viewer = interests_.ViewerOf(owner.name());
  int64_t unread = 0;
  for (const auto& [seen_by, count] : summary.unread) unread += IsSeen(viewer, seen_by) ? count : 0;
  inbox.set_unread_count(unread);
  if (summary.dropped > 0) {
    inbox.set_dropped_count(summary.dropped);
    *inbox.mutable_dropped_since() = ToTimestamp(summary.dropped_since);
  }
  return inbox;
}

absl::StatusOr<int64_t> InboxReader::DroppedAfter(const std::string& subscriber,
                                                  int64_t sequence) const {
  ASSIGN_OR_RETURN(const int64_t through, ledger_.Read([&](sql::Connection& connection) {
    return Inbox(connection).DroppedThrough(subscriber);
  }));
  return std::max(int64_t{0}, through - sequence);
}

absl::StatusOr<v1::Subscriber> InboxReader::OwnerOf(const rpc::CallContext& call,
                                                    const std::string& subscriber) const {
  RETURN_IF_ERROR(kSubscriberName.Check("parent", subscriber));
  return subscribers_.Get({.viewer = api::ViewerOf(call.caller)}, subscriber);
}

absl::StatusOr<std::vector<v1::InboxItem>> InboxReader::Read(const std::string& subscriber,
                                                             int64_t sequence, int limit) const {
  return ledger_.Read([&](sql::Connection& connection) {
    return Inbox(connection).After(subscriber, sequence, limit);
  });
}

std::string InboxReader::CursorAfter(const std::string& subscriber, int64_t sequence) const {
  rpc::PagePosition position;
  position.mutable_inbox_item()->set_owner(subscriber);
  position.mutable_inbox_item()->set_sequence(sequence);
  return tokens_.Seal(kPurpose, position.SerializeAsString());
}

absl::StatusOr<int64_t> InboxReader::SequenceOf(const std::string& subscriber,
                                                const std::string& cursor) const {
  if (cursor.empty()) return 0;
  const absl::StatusOr<std::string> content = tokens_.Open(kPurpose, cursor);
  rpc::PagePosition position;
  if (!content.ok() || !position.ParseFromString(*content)) {
    return CursorError(
        "is none that an earlier answer gave; leave it empty to read from the "
        "beginning");
  }
  if (position.inbox_item().owner() != subscriber) {
    return CursorError(absl::StrCat("belongs to another inbox than that of ", subscriber));
  }
  return position.inbox_item().sequence();
}

}  // namespace clusterwire::notification
