#include "libs/rpc/call/call_log.h"

#include <string>
#include <utility>

#include "libs/base/status/error.h"
#include "libs/rpc/call/status.h"
#include "libs/telemetry/log.h"
#include "libs/telemetry/trace.h"

namespace clusterwire::rpc {

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
