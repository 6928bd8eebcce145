#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include <grpcpp/impl/service_type.h>

#include "libs/rpc/server/runtime.h"

namespace clusterwire::rpc {

// Both names of gRPC's reflection. They show all contracts that are linked in, and those that serve
// by `services`, with themselves and health. Anybody may ask, within the limits of streams; a
// stream without a question for `idle` is ended, since it keeps a place. `pool` outlives them.
std::vector<std::unique_ptr<grpc::Service>> MakeReflection(ThreadPool& pool,
                                                           std::vector<std::string> services,
                                                           absl::Duration idle);

}  // namespace clusterwire::rpc
