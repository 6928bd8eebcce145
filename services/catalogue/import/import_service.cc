#include <memory>
#include <utility>

#include "clusterwire/catalogue/v1/import.grpc.pb.h"

#include "libs/api/run.h"
#include "libs/base/status/error.h"
#include "libs/rpc/stream/run_stream.h"
#include "services/catalogue/import/session.h"
#include "services/catalogue/services.h"

namespace clusterwire::catalogue {
namespace {

// One call: the messages that came in go into a session, its reports out.
class ImportExchange {
 public:
  ImportExchange(store::Store& store, rpc::CallContext call)
      : store_(store), call_(std::move(call)) {}

  absl::StatusOr<rpc::Pump> Step(const rpc::Received<v1::ImportRequest>& in,
                                 rpc::Batch<v1::ImportResponse>& out) {
    const absl::Status received = Receive(in);
    // What was written is reported, also when the import ends here.
    while (session_ != nullptr && (!out.full() || !received.ok())) {
      auto report = session_->NextReport();
      if (!report) break;
      out.Add(*std::move(report));
    }
    RETURN_IF_ERROR(received);
    if (out.full()) return rpc::Pump::kMore;
    return ended_ ? rpc::Pump::kDone : rpc::Pump::kWait;
  }

 private:
  absl::Status Receive(const rpc::Received<v1::ImportRequest>& in) {
    for (const v1::ImportRequest& message : in.messages) RETURN_IF_ERROR(ReceiveOne(message));
    if (!in.ended || std::exchange(ended_, true)) return absl::OkStatus();
    return session_ == nullptr ? NotStarted() : session_->End();
  }

  absl::Status ReceiveOne(const v1::ImportRequest& message) {
    if (session_ == nullptr) {
      if (!message.has_start()) return NotStarted();
      ASSIGN_OR_RETURN(resource::WriteCall call, api::WriteCallOf(call_, message.start()));
      ASSIGN_OR_RETURN(session_,
                       registers::Session::Open(store_, std::move(call), message.start()));
      return absl::OkStatus();
    }
    if (!message.has_line()) return FieldError("line", "is required in each message but the first");
    return session_->Add(message.line());
  }

  static absl::Status NotStarted() {
    return FieldError("start", "is required in the first message");
  }

  store::Store& store_;
  const rpc::CallContext call_;
  std::unique_ptr<registers::Session> session_;
  bool ended_ = false;
};

class ImportServiceHandler final
    : public v1::ImportService::WithRawCallbackMethod_Import<v1::ImportService::Service> {
 public:
  ImportServiceHandler(const api::Api& api, const rpc::Late<store::Store>& store)
      : api_(api), store_(store) {}

  rpc::BidiReactor* Import(grpc::CallbackServerContext* context) override {
    using Exchange = rpc::Exchange<v1::ImportRequest, v1::ImportResponse>;
    return rpc::RunBidi<v1::ImportRequest, v1::ImportResponse>(
        api_.writes, context,
        [this](const rpc::CallContext& call, const rpc::Waker&) -> absl::StatusOr<Exchange> {
          // At once and not at the first message, which may never come: open streams are counted.
          RETURN_IF_ERROR(registers::Session::CheckMayImport(api::ViewerOf(call.caller)));
          auto exchange = std::make_shared<ImportExchange>(*store_, call);
          return
              [exchange](rpc::Received<v1::ImportRequest>& in,
                         rpc::Batch<v1::ImportResponse>& out) { return exchange->Step(in, out); };
        });
  }

 private:
  const api::Api api_;
  const rpc::Late<store::Store>& store_;
};

}  // namespace

rpc::Service MakeImportService(const api::Api& api, const rpc::Late<store::Store>& store) {
  return rpc::ServiceOf<v1::ImportService>(std::make_unique<ImportServiceHandler>(api, store));
}

}  // namespace clusterwire::catalogue
