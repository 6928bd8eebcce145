#include <memory>
#include <utility>

#include "clusterwire/notification/v1/inbox.grpc.pb.h"

#include "libs/rpc/call/run_unary.h"
#include "libs/rpc/stream/run_stream.h"
#include "services/notification/channels/inbox/inbox_reader.h"
#include "services/notification/services.h"

namespace clusterwire::notification {
namespace {

class InboxHandler final : public v1::InboxService::CallbackService {
 public:
  explicit InboxHandler(const Handling& handling) : handling_(handling) {}

  grpc::ServerUnaryReactor* ListInboxItems(grpc::CallbackServerContext* context,
                                           const v1::ListInboxItemsRequest* request,
                                           v1::ListInboxItemsResponse* response) override {
    return rpc::RunUnary(
        handling_.reads, context, response,
        [this, request](const rpc::CallContext& call) { return Reader().List(call, *request); });
  }

  grpc::ServerWriteReactor<v1::StreamInboxResponse>* StreamInbox(
      grpc::CallbackServerContext* context, const v1::StreamInboxRequest* request) override {
    return rpc::RunServerStream<v1::StreamInboxResponse>(
        handling_.reads, context,
        [this, request = *request](const rpc::CallContext& call, rpc::Waker wake) {
          return Reader().Stream(call, request, std::move(wake));
        });
  }

 private:
  InboxReader Reader() const {
    const Handles& parts = handling_.parts;
    return InboxReader(*parts.tokens, *parts.subscribers, *parts.ledger, *parts.inbox_signal);
  }

  const Handling handling_;
};

}  // namespace

rpc::Service MakeInboxService(const Handling& handling) {
  return rpc::ServiceOf<v1::InboxService>(std::make_unique<InboxHandler>(handling));
}

}  // namespace clusterwire::notification
