#pragma once

#include <string>

#include "absl/time/time.h"

#include "libs/rpc/call/caller.h"
#include "libs/telemetry/trace.h"

namespace clusterwire::rpc {

// What a handler and the domain know of a call besides its request. Knows no gRPC, so that a domain
// test makes one by hand.
struct CallContext {
  Caller caller = {};
  // This call's own span: a child of the caller's `traceparent`, or a new trace.
  telemetry::TraceContext trace = {};
  // When the caller gives up; absl::InfiniteFuture() when it set none.
  absl::Time deadline = absl::InfiniteFuture();
  std::string method = "";  // "/clusterwire.catalogue.v1.ClusterService/GetCluster"
  std::string peer = "";    // "ipv4:127.0.0.1:50112"
};

}  // namespace clusterwire::rpc
