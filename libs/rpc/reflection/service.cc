#include "libs/rpc/reflection/service.h"

#include <deque>
#include <utility>

#include "absl/strings/str_cat.h"

#include "libs/base/status/error.h"
#include "libs/rpc/health/health.pb.h"
#include "libs/rpc/reflection/contracts.h"
#include "libs/rpc/reflection/reflection.grpc.pb.h"
#include "libs/rpc/reflection/reflection_v1alpha.grpc.pb.h"
#include "libs/rpc/stream/run_stream.h"

namespace clusterwire::rpc {
namespace {

using grpc::reflection::v1::ServerReflectionRequest;
using grpc::reflection::v1::ServerReflectionResponse;

// That wait for an answer to be read.
constexpr size_t kMostOpen = 1000;
constexpr size_t kMostOpenBytes = 1 << 20;

// One stream: what was asked and isn't answered yet, and since when nothing was.
class Questions {
 public:
  Questions(std::shared_ptr<const Contracts> contracts, Clock& clock, absl::Duration idle)
      : contracts_(std::move(contracts)), clock_(clock), idle_(idle), last_(clock.Uptime()) {}

  absl::StatusOr<Pump> operator()(Received<ServerReflectionRequest>& received,
                                  Batch<ServerReflectionResponse>& out) {
    if (!received.messages.empty()) last_ = clock_.Uptime();
    for (ServerReflectionRequest& question : received.messages) {
      open_bytes_ += question.ByteSizeLong();
      open_.push_back(std::move(question));
    }
    if (open_.size() > kMostOpen || open_bytes_ > kMostOpenBytes) {
      return Error(absl::StatusCode::kResourceExhausted, "REFLECTION_TOO_MUCH",
                   absl::StrCat("more than ", kMostOpen, " questions, or ", kMostOpenBytes,
                                " bytes of them, aren't answered yet; read the answers, then ask "
                                "again on a new stream"));
    }
    while (!open_.empty() && !out.full()) {
      out.Add(contracts_->Answer(open_.front()));
      open_bytes_ -= open_.front().ByteSizeLong();
      open_.pop_front();
    }
    if (!open_.empty()) return Pump::kMore;
    if (received.ended) return Pump::kDone;
    if (clock_.Uptime() - last_ < idle_) return Pump::kWait;
    return Error(absl::StatusCode::kUnavailable, "REFLECTION_IDLE",
                 "nothing was asked for a while; ask on a new stream");
  }

 private:
  std::shared_ptr<const Contracts> contracts_;
  Clock& clock_;
  absl::Duration idle_;
  absl::Duration last_;
  std::deque<ServerReflectionRequest> open_;
  size_t open_bytes_ = 0;
};

template <typename Contract>
class Handler final : public Contract::template WithRawCallbackMethod_ServerReflectionInfo<
                          typename Contract::Service> {
 public:
  Handler(ThreadPool& pool, std::shared_ptr<const Contracts> contracts, absl::Duration idle)
      : pool_(pool), contracts_(std::move(contracts)), idle_(idle) {}

  BidiReactor* ServerReflectionInfo(grpc::CallbackServerContext* context) override {
    return RunBidi<ServerReflectionRequest, ServerReflectionResponse>(
        pool_, context,
        [this](const CallContext&, const Waker&)
            -> absl::StatusOr<Exchange<ServerReflectionRequest, ServerReflectionResponse>> {
          return Questions(contracts_, pool_.runtime().clock(), idle_);
        },
        Admission::Kind::kStreamForAll);
  }

 private:
  ThreadPool& pool_;
  const std::shared_ptr<const Contracts> contracts_;
  const absl::Duration idle_;
};

}  // namespace

std::vector<std::unique_ptr<grpc::Service>> MakeReflection(ThreadPool& pool,
                                                           std::vector<std::string> services,
                                                           absl::Duration idle) {
  using V1 = grpc::reflection::v1::ServerReflection;
  using V1Alpha = grpc::reflection::v1alpha::ServerReflection;
  // What reflection shows must be linked in, and the linker takes only what is named.
  google::protobuf::LinkMessageReflection<grpc::health::v1::HealthCheckRequest>();
  google::protobuf::LinkMessageReflection<grpc::reflection::v1alpha::Linked>();
  services.insert(services.end(),
                  {"grpc.health.v1.Health", V1::service_full_name(), V1Alpha::service_full_name()});
  const auto contracts = std::make_shared<const Contracts>(std::move(services));
  std::vector<std::unique_ptr<grpc::Service>> handlers;
  handlers.push_back(std::make_unique<Handler<V1>>(pool, contracts, idle));
  handlers.push_back(std::make_unique<Handler<V1Alpha>>(pool, contracts, idle));
  return handlers;
}

}  // namespace clusterwire::rpc
