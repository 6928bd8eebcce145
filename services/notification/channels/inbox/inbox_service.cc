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
  InboxHandler(const Api& api, const Handles& handles) : api_(api), handles_(handles) {}

  grpc::ServerUnaryReactor* ListInboxItems(grpc::CallbackServerContext* context,
                                           const v1::ListInboxItemsRequest* request,
                                           v1::ListInboxItemsResponse* response) override {
    return rpc::RunUnary(
        api_.reads, context, response,
        [this, request](const rpc::CallContext& call) { return Reader().List(call, *request); });
  }

  grpc::ServerWriteReactor<v1::StreamInboxResponse>* StreamInbox(
      grpc::CallbackServerContext* context, const v1::StreamInboxRequest* request) override {
    return rpc::RunServerStream<v1::StreamInboxResponse>(
        api_.reads, context,
        [this, request = *request](const rpc::CallContext& call, rpc::Waker wake) {
          return Reader().Stream(call, request, std::move(wake));
        });
  }

 private:
  InboxReader Reader() const {
    return InboxReader(*api_.tokens, *handles_.subscribers, *handles_.ledger,
                       *handles_.inbox_signal);
  }

  const Api api_;
  const Handles& handles_;
};

}  // namespace

rpc::Service MakeInboxService(const Api& api, const Handles& handles) {
  return rpc::ServiceOf<v1::InboxService>(std::make_unique<InboxHandler>(api, handles));
}

}  // namespace clusterwire::notification
