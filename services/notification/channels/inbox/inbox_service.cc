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
  InboxHandler(const Api& api, Subscribers& subscribers, Ledger& ledger, InboxSignal& signal)
      : api_(api), reader_(api.tokens, subscribers, ledger, signal) {}

  grpc::ServerUnaryReactor* ListInboxItems(grpc::CallbackServerContext* context,
                                           const v1::ListInboxItemsRequest* request,
                                           v1::ListInboxItemsResponse* response) override {
    return rpc::RunUnary(
        api_.reads, context, response,
        [this, request](const rpc::CallContext& call) { return reader_.List(call, *request); });
  }

  grpc::ServerWriteReactor<v1::StreamInboxResponse>* StreamInbox(
      grpc::CallbackServerContext* context, const v1::StreamInboxRequest* request) override {
    return rpc::RunServerStream<v1::StreamInboxResponse>(
        api_.reads, context,
        [this, request = *request](const rpc::CallContext& call, rpc::Waker wake) {
          return reader_.Stream(call, request, std::move(wake));
        });
  }

 private:
  const Api api_;
  const InboxReader reader_;
};

}  // namespace

std::unique_ptr<grpc::Service> MakeInboxService(const Api& api, Subscribers& subscribers,
                                                Ledger& ledger, InboxSignal& signal) {
  return std::make_unique<InboxHandler>(api, subscribers, ledger, signal);
}

}  // namespace clusterwire::notification
