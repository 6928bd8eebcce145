#pragma once

#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include <grpcpp/impl/service_type.h>

#include "libs/rpc/server/runtime.h"

namespace clusterwire::rpc {

// The service with this full name, of which every method answers what `refusal` says: for a server
// that can't do its work yet. Reflection shows it like the real one, so that callers learn why and
// not that there is no such service. Its contract must be linked in. Calls are logged and counted
// like others; `refusal` is asked on gRPC's own threads, so it must not wait, and is never OK.
// `runtime` outlives the service.
std::unique_ptr<grpc::Service> MakeRefusingService(Runtime& runtime, const std::string& name,
                                                   std::function<absl::Status()> refusal);

}  // namespace clusterwire::rpc
