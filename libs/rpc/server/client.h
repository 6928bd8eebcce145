#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "absl/time/time.h"
#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>

#include "libs/telemetry/trace.h"

namespace clusterwire::rpc {

// A channel to `address` without encryption, for clients on the same machine and for tests. It
// connects at the first call and again whenever the connection is lost. Statuses of calls become
// absl::Status by ToAbslStatus() of status.h.
std::shared_ptr<grpc::Channel> MakeChannel(std::string_view address);

struct ClientCall {
  absl::Time deadline = absl::InfiniteFuture();
  telemetry::TraceContext trace = {};  // sent on as traceparent; empty = none
  std::string view_as = "";            // "public" or a resource name; empty = as oneself
};
// Prepares `context`, which is used for one call.
void Prepare(const ClientCall& call, grpc::ClientContext* context);

}  // namespace clusterwire::rpc
