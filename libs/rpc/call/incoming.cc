#include "libs/rpc/call/incoming.h"

#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include <grpc/support/time.h>
#include <grpcpp/support/interceptor.h>

#include "libs/base/status/error.h"
#include "libs/rpc/call/status.h"
#include "libs/rpc/call/wire.h"
#include "libs/telemetry/log.h"

namespace clusterwire::rpc {
namespace {

constexpr char kMethodKey[] = ":clusterwire-method";
constexpr char kTraceparentKey[] = "traceparent";

std::string_view ToView(grpc::string_ref text) { return {text.data(), text.size()}; }

// By the monotonic clock: gRPC's own conversion to the wall clock is off after a step of it.
absl::Duration TimeLeft(const grpc::ServerContextBase& context) {
  const gpr_timespec deadline = gpr_convert_clock_type(context.raw_deadline(), GPR_CLOCK_MONOTONIC);
  if (gpr_time_cmp(deadline, gpr_inf_future(GPR_CLOCK_MONOTONIC)) == 0) {
    return absl::InfiniteDuration();
  }
  const gpr_timespec left = gpr_time_sub(deadline, gpr_now(GPR_CLOCK_MONOTONIC));
  return absl::Seconds(left.tv_sec) + absl::Nanoseconds(left.tv_nsec);
}

class CallInterceptor final : public grpc::experimental::Interceptor {
 public:
  using Info = grpc::experimental::ServerRpcInfo;
  using Point = grpc::experimental::InterceptionHookPoints;

  // `info` lives as long as this, its method as long as the service is registered.
  CallInterceptor(Runtime& runtime, Info& info) : runtime_(runtime), info_(info) {}

  void Intercept(grpc::experimental::InterceptorBatchMethods* methods) override {
    if (methods->QueryInterceptionHookPoint(Point::POST_RECV_INITIAL_METADATA)) {
      methods->GetRecvInitialMetadata()->insert({kMethodKey, info_.method()});
    }
    if (methods->QueryInterceptionHookPoint(Point::POST_RECV_MESSAGE) && ReadsOneMessage()) {
      unreadable_ = methods->GetRecvMessage() == nullptr;
    }
    if (methods->QueryInterceptionHookPoint(Point::PRE_SEND_STATUS) && unreadable_) {
      methods->ModifySendStatus(Refuse());
    }
    methods->Proceed();
  }

 private:
  // In other streams a missing message may be the client's end.
  bool ReadsOneMessage() const {
    return info_.type() == Info::Type::UNARY || info_.type() == Info::Type::SERVER_STREAMING;
  }

  grpc::Status Refuse() {
    const grpc::ServerContextBase& context = *info_.server_context();
    CallLog log(runtime_, ReadCall(context, runtime_));
    absl::Status refusal = CheckMetadata(context, runtime_);
    // The caller isn't known yet, and is counted by address.
    if (refusal.ok()) refusal = runtime_.caller_limits().TakeCall(Caller(), log.call().peer);
    return log.Finish(refusal.ok() ? UnreadableError("the request") : refusal);
  }

  Runtime& runtime_;
  Info& info_;
  bool unreadable_ = false;
};

class CallInterceptorFactory final : public grpc::experimental::ServerInterceptorFactoryInterface {
 public:
  explicit CallInterceptorFactory(Runtime& runtime) : runtime_(runtime) {}

  grpc::experimental::Interceptor* CreateServerInterceptor(
      grpc::experimental::ServerRpcInfo* info) override {
    return new CallInterceptor(runtime_, *info);  // gRPC deletes it
  }

 private:
  Runtime& runtime_;
};

}  // namespace

CallContext ReadCall(const grpc::ServerContextBase& context, Runtime& runtime) {
  CallContext call;
  call.peer = context.peer();
  const auto [first, last] = context.client_metadata().equal_range(kMethodKey);
  if (first != last) call.method = ToView(std::prev(last)->second);  // the interceptor's
  call.deadline = runtime.clock().Now() + TimeLeft(context);
  std::optional<telemetry::TraceContext> parent;
  const std::vector<std::string> traceparents = ValuesOf(context, kTraceparentKey);
  // More than one can't be told apart, so none is believed.
  if (traceparents.size() == 1) parent = telemetry::TraceContext::Parse(traceparents.front());
  call.trace = parent.value_or(telemetry::TraceContext()).Child(runtime.random());
  return call;
}

// As HTTP/2 counts it (RFC 7540, 6.5.2).
absl::Status CheckMetadata(const grpc::ServerContextBase& context, const Runtime& runtime) {
  const auto size = [](const auto& entry) {
    constexpr size_t kPerEntry = 32;
    return entry.first.size() + entry.second.size() + kPerEntry;
  };
  const size_t limit = runtime.max_metadata_bytes();
  const auto& metadata = context.client_metadata();
  size_t bytes = 0;
  for (const auto& entry : metadata) bytes += size(entry);
  // The last one by that key is ours; what stands before it somebody has sent after all.
  const auto [begin, end] = metadata.equal_range(kMethodKey);
  if (begin != end) bytes -= size(*std::prev(end));
  if (bytes <= limit) return absl::OkStatus();
  return Error(absl::StatusCode::kResourceExhausted, "METADATA_TOO_LARGE",
               absl::StrCat("the call's metadata takes ", bytes, " bytes; send at most ", limit));
}

std::vector<std::string> ValuesOf(const grpc::ServerContextBase& context, std::string_view key) {
  std::vector<std::string> values;
  const auto [begin, end] =
      context.client_metadata().equal_range(grpc::string_ref(key.data(), key.size()));
  for (auto entry = begin; entry != end; ++entry) values.emplace_back(ToView(entry->second));
  return values;
}

std::unique_ptr<grpc::experimental::ServerInterceptorFactoryInterface> MakeCallInterceptor(
    Runtime& runtime) {
  return std::make_unique<CallInterceptorFactory>(runtime);
}

CallLog::CallLog(Runtime& runtime, CallContext call)
    : runtime_(runtime), call_(std::move(call)), start_(runtime.clock().Uptime()) {}

grpc::Status CallLog::Finish(const absl::Status& status) {
  const telemetry::TraceScope scope(call_.trace);
  const absl::Duration now = runtime_.clock().Uptime();
  const absl::Duration took = now - start_;
  MethodNotes& notes = runtime_.notes().Of(call_.method);
  notes.Count(status.code(), took);
  const absl::Status seen = ForClient(status);
  if (const std::optional<int64_t> untold = notes.TakeLine(status.code(), took, now)) {
    telemetry::LogInfo("call", {{"method", call_.method},
                                {"code", absl::StatusCodeToString(status.code())},
                                {"reason", ReasonOf(seen)},
                                {"seconds", took},
                                {"caller", call_.caller.subject},
                                {"peer", call_.peer},
                                {"untold", *untold}});
  }
  return ToGrpcStatus(seen);
}

}  // namespace clusterwire::rpc
