#include "libs/rpc/call/incoming.h"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <grpcpp/support/interceptor.h>

#include "libs/base/status/error.h"
#include "libs/rpc/call/status.h"
#include "libs/telemetry/log.h"

namespace clusterwire::rpc {
namespace {

constexpr char kMethodKey[] = ":clusterwire-method";
constexpr char kTraceparentKey[] = "traceparent";

std::string_view ToView(grpc::string_ref text) { return {text.data(), text.size()}; }

std::vector<std::string> ValuesOf(const grpc::CallbackServerContext& context,
                                  std::string_view key) {
  std::vector<std::string> values;
  const auto [begin, end] =
      context.client_metadata().equal_range(grpc::string_ref(key.data(), key.size()));
  for (auto entry = begin; entry != end; ++entry) values.emplace_back(ToView(entry->second));
  return values;
}

class MethodInterceptor final : public grpc::experimental::Interceptor {
 public:
  explicit MethodInterceptor(const char* method) : method_(method) {}

  void Intercept(grpc::experimental::InterceptorBatchMethods* methods) override {
    if (methods->QueryInterceptionHookPoint(
            grpc::experimental::InterceptionHookPoints::POST_RECV_INITIAL_METADATA)) {
      methods->GetRecvInitialMetadata()->insert({kMethodKey, method_});
    }
    methods->Proceed();
  }

 private:
  const char* const method_;  // as long as the service is registered
};

class MethodInterceptorFactory final
    : public grpc::experimental::ServerInterceptorFactoryInterface {
 public:
  grpc::experimental::Interceptor* CreateServerInterceptor(
      grpc::experimental::ServerRpcInfo* info) override {
    return new MethodInterceptor(info->method());  // gRPC deletes it
  }
};

}  // namespace

absl::Status ReadContext(const grpc::CallbackServerContext& context, Random& random,
                         CallContext* call) {
  call->peer = context.peer();
  for (std::string& method : ValuesOf(context, kMethodKey)) call->method = std::move(method);
  if (context.deadline() != std::chrono::system_clock::time_point::max()) {
    call->deadline = absl::FromChrono(context.deadline());
  }
  std::optional<telemetry::TraceContext> parent;
  const std::vector<std::string> traceparents = ValuesOf(context, kTraceparentKey);
  // More than one can't be told apart, so none is believed.
  if (traceparents.size() == 1) parent = telemetry::TraceContext::Parse(traceparents.front());
  call->trace = parent.value_or(telemetry::TraceContext()).Child(random);
  ASSIGN_OR_RETURN(call->caller, CallerFrom(call->peer, ValuesOf(context, kViewAsKey)));
  return absl::OkStatus();
}

std::unique_ptr<grpc::experimental::ServerInterceptorFactoryInterface> MakeMethodInterceptor() {
  return std::make_unique<MethodInterceptorFactory>();
}

CallLog::CallLog(Runtime& runtime, CallContext call)
    : runtime_(runtime), call_(std::move(call)), start_(runtime.clock().Now()) {}

grpc::Status CallLog::Finish(const absl::Status& status) {
  const telemetry::TraceScope scope(call_.trace);
  const absl::Duration took = runtime_.clock().Now() - start_;
  const std::string code = status.ok() ? "OK" : absl::StatusCodeToString(status.code());
  runtime_.metrics()
      .GetCounter("clusterwire_rpc_calls_total", "Finished calls",
                  {{"method", call_.method}, {"code", code}})
      .Add();
  runtime_.metrics()
      .GetHistogram("clusterwire_rpc_seconds", "From a call's arrival to its status",
                    {{"method", call_.method}})
      .Observe(took);
  const absl::Status seen = ForClient(status);
  telemetry::LogInfo("call", {{"method", call_.method},
                              {"code", code},
                              {"reason", ReasonOf(seen)},
                              {"seconds", took},
                              {"caller", call_.caller.subject},
                              {"peer", call_.peer}});
  return ToGrpcStatus(seen);
}

}  // namespace clusterwire::rpc
