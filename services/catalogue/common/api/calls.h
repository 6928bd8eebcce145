#pragma once

#include "absl/status/statusor.h"
#include "google/protobuf/message.h"

#include "libs/rpc/call/call_context.h"
#include "libs/rpc/server/runtime.h"
#include "libs/rpc/token/token.h"
#include "services/catalogue/common/access/access.h"

// From a gRPC call to what the domain knows of it.
namespace clusterwire::catalogue {

// What every handler needs: where to run calls, and the key that page tokens are signed with. All
// of it outlives the services.
struct Api {
  rpc::Lane& reads;
  rpc::Lane& writes;
  const rpc::TokenSigner& tokens;
};

filter::Viewer ViewerOf(const rpc::Caller& caller);
// How long a read waits for the revision it asks for: until the caller's deadline is near, and
// never longer than kMaxWait.
inline constexpr absl::Duration kMaxWait = absl::Seconds(10);
absl::Time WaitLimit(const Api& api, const rpc::CallContext& call);
ReadCall ReadCallOf(const Api& api, const rpc::CallContext& call, int64_t min_revision);
absl::StatusOr<WriteCall> WriteCallOf(const rpc::CallContext& call,
                                      const google::protobuf::Message& request);

}  // namespace clusterwire::catalogue
