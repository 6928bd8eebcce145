#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "clusterwire/notification/v1/inbox.pb.h"
#include "clusterwire/notification/v1/subscriber.pb.h"

#include "libs/rpc/call/call_context.h"
#include "libs/rpc/stream/source.h"
#include "libs/rpc/token/token.h"

namespace clusterwire::notification {

class InboxSignal;
class Interests;
class Ledger;
class Subscribers;

// Reads inboxes on from a cursor, once or for as long as somebody listens. A cursor is the number
// of the last item read, signed for its subscriber, so any replica takes it. Items are shown as the
// subscriber sees them now, also when an operator reads. Safe for use from any thread, cheap to
// copy; the parts outlive it and the sources that it opens.
class InboxReader {
 public:
  InboxReader(const rpc::TokenSealer& tokens, Subscribers& subscribers, const Interests& interests,
              Ledger& ledger, InboxSignal& signal)
      : tokens_(tokens),
        subscribers_(subscribers),
        interests_(interests),
        ledger_(ledger),
        signal_(signal) {}

  absl::StatusOr<v1::ListInboxItemsResponse> List(const rpc::CallContext& call,
                                                  const v1::ListInboxItemsRequest& request) const;
  absl::StatusOr<v1::InboxStatus> Get(const rpc::CallContext& call,
                                      const v1::GetInboxRequest& request) const;
  absl::StatusOr<v1::InboxStatus> MarkRead(const rpc::CallContext& call,
                                           const v1::MarkInboxReadRequest& request) const;
  // The stream ends with NOT_FOUND when the subscriber is deleted.
  absl::StatusOr<rpc::Source<v1::StreamInboxResponse>> Stream(const rpc::CallContext& call,
                                                              const v1::StreamInboxRequest& request,
                                                              rpc::Waker wake) const;

 private:
  struct Open;
  // What becomes of an item that was read.
  enum class Visibility { kShown, kLeftOut, kHeld };

  // Cuts it to what the subscriber sees now.
  Visibility Show(const v1::Subscriber& owner, v1::InboxItem& item) const;

  // Whose inbox it is, if the caller may read it.
  absl::StatusOr<v1::Subscriber> OwnerOf(const rpc::CallContext& call,
                                         const std::string& subscriber) const;
  absl::StatusOr<std::vector<v1::InboxItem>> Read(const std::string& subscriber, int64_t sequence,
                                                  int limit) const;
  absl::StatusOr<v1::InboxStatus> SummaryOf(const v1::Subscriber& owner) const;
  // How many numbers behind this one went because the inbox was full.
  absl::StatusOr<int64_t> DroppedAfter(const std::string& subscriber, int64_t sequence) const;
  absl::StatusOr<rpc::Pump> Step(Open& open, rpc::Batch<v1::StreamInboxResponse>& batch) const;
  std::string CursorAfter(const std::string& subscriber, int64_t sequence) const;
  absl::StatusOr<int64_t> SequenceOf(const std::string& subscriber,
                                     const std::string& cursor) const;

  const rpc::TokenSealer& tokens_;
  Subscribers& subscribers_;
  const Interests& interests_;
  Ledger& ledger_;
  InboxSignal& signal_;
};

}  // namespace clusterwire::notification
