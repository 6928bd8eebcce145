#include "libs/rpc/server/refusing_service.h"

#include <cstdlib>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "google/protobuf/descriptor.h"
#include <grpcpp/impl/codegen/server_callback_handlers.h>
#include <grpcpp/impl/rpc_service_method.h>
#include <grpcpp/server_context.h>
#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/server_callback.h>

#include "libs/rpc/call/call_log.h"
#include "libs/rpc/call/incoming.h"

namespace clusterwire::rpc {
namespace {

using Reactor = grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>;

// Reads nothing and answers at once.
class Refusal final : public Reactor {
 public:
  explicit Refusal(const grpc::Status& status) { Finish(status); }
  void OnDone() override { delete this; }
};

// What the code generator makes of a contract, made from the contract's descriptor. All methods are
// streams of bytes: on the wire that differs from a single message only in what nobody reads here.
class RefusingService final : public grpc::Service {
 public:
  RefusingService(Runtime& runtime, const google::protobuf::ServiceDescriptor& contract,
                  std::function<absl::Status()> refusal)
      : runtime_(runtime), refusal_(std::move(refusal)) {
    paths_.reserve(static_cast<size_t>(contract.method_count()));
    for (int i = 0; i < contract.method_count(); ++i) {
      paths_.push_back(absl::StrCat("/", contract.full_name(), "/", contract.method(i)->name()));
      AddMethod(new grpc::internal::RpcServiceMethod(
          paths_.back().c_str(), grpc::internal::RpcMethod::BIDI_STREAMING, nullptr));
      MarkMethodRawCallback(
          i, new grpc::internal::CallbackBidiHandler<grpc::ByteBuffer, grpc::ByteBuffer>(
                 [this](grpc::CallbackServerContext* context) { return Refuse(*context); }));
    }
  }

 private:
  Reactor* Refuse(const grpc::CallbackServerContext& context) {
    CallContext call;
    const absl::Status unreadable = ReadContext(context, runtime_.random(), &call);
    CallLog log(runtime_, std::move(call));
    return new Refusal(log.Finish(unreadable.ok() ? refusal_() : unreadable));
  }

  Runtime& runtime_;
  const std::function<absl::Status()> refusal_;
  std::vector<std::string> paths_;  // gRPC keeps pointers to them
};

}  // namespace

std::unique_ptr<grpc::Service> MakeRefusingService(Runtime& runtime, const std::string& name,
                                                   std::function<absl::Status()> refusal) {
  const auto* contract =
      google::protobuf::DescriptorPool::generated_pool()->FindServiceByName(name);
  if (contract == nullptr) std::abort();
  return std::make_unique<RefusingService>(runtime, *contract, std::move(refusal));
}

}  // namespace clusterwire::rpc
