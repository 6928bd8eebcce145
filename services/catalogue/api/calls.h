#pragma once

#include "absl/status/statusor.h"
#include "google/protobuf/message.h"

#include "libs/rpc/call_context.h"
#include "services/catalogue/domain/access.h"

// From a gRPC call to what the domain knows of it.
namespace clusterwire::catalogue {

filter::Viewer ViewerOf(const rpc::Caller& caller);
ReadCall ReadCallOf(const rpc::CallContext& call, int64_t min_revision);
absl::StatusOr<WriteCall> WriteCallOf(const rpc::CallContext& call,
                                      const google::protobuf::Message& request);

}  // namespace clusterwire::catalogue
