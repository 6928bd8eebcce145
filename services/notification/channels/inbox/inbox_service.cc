#include <memory>
#include <utility>

#include "clusterwire/notification/v1/inbox.grpc.pb.h"

#include "libs/rpc/call/run_unary.h"
#include "libs/rpc/stream/run_stream.h"
#include "services/notification/channels/inbox/inbox_reader.h"
#include "services/notification/services.h"

namespace clusterwire::notification {
namespace {

class InboxHandler final : public v1::InboxService::WithCallbackMethod_ListInboxItems<
                               v1::InboxService::WithCallbackMethod_GetInbox<
                                   v1::InboxService::WithCallbackMethod_MarkInboxRead<
                                       v1::InboxService::WithRawCallbackMethod_StreamInbox<
                                           v1::InboxService::Service>>>> {
 public:
  InboxHandler(const Api& api, const Handles& handles) : api_(api), handles_(handles) {}

  grpc::ServerUnaryReactor* ListInboxItems(grpc::CallbackServerContext* context,
                                           const v1::ListInboxItemsRequest* request,
                                           v1::ListInboxItemsResponse* response) override {
    return rpc::RunUnary(
        api_.reads, context, response,
        [this, request](const rpc::CallContext& call) { return Reader().List(call, *request); });
  }

  grpc::ServerUnaryReactor* GetInbox(grpc::CallbackServerContext* context,
                                     const v1::GetInboxRequest* request,
                                     v1::InboxStatus* response) override {
    return rpc::RunUnary(
        api_.reads, context, response,
        [this, request](const rpc::CallContext& call) { return Reader().Get(call, *request); });
  }

  grpc::ServerUnaryReactor* MarkInboxRead(grpc::CallbackServerContext* context,
                                          const v1::MarkInboxReadRequest* request,
                                          v1::InboxStatus* response) override {
    return rpc::RunUnary(api_.writes, context, response,
                         [this, request](const rpc::CallContext& call) {
                           return Reader().MarkRead(call, *request);
                         });
  }

  rpc::ServerStreamReactor* StreamInbox(grpc::CallbackServerContext* context,
                                        const grpc::ByteBuffer* request) override {
    return rpc::RunServerStream<v1::StreamInboxRequest, v1::StreamInboxResponse>(
        api_.reads, context, request,
        [this](const rpc::CallContext& call, const v1::StreamInboxRequest& inbox, rpc::Waker wake) {
          return Reader().Stream(call, inbox, std::move(wake));
        });
  }

 private:
  InboxReader Reader() const {
    return InboxReader(*api_.tokens, *handles_.subscribers, *handles_.interests, *handles_.ledger,
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
