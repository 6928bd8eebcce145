#pragma once

#include <functional>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "google/protobuf/message.h"

#include "libs/api/viewer.h"
#include "libs/resource/call.h"
#include "libs/rpc/call/call_context.h"
#include "libs/rpc/call/late.h"
#include "libs/rpc/call/parking.h"
#include "libs/rpc/server/thread_pool.h"
#include "libs/rpc/token/token.h"

namespace grpc {
class CallbackServerContext;
class ServerUnaryReactor;
}  // namespace grpc

// From a gRPC call to what the domain knows of it.
namespace clusterwire::api {

// What every handler needs: where calls run, and the key that page tokens are signed with. All of
// it outlives the services.
struct Api {
  rpc::ThreadPool& reads;
  rpc::ThreadPool& writes;
  const rpc::Late<const rpc::TokenSigner>& tokens;
};

// Runs a read of the store: OUT_OF_RANGE when `min_revision` isn't written yet.
grpc::ServerUnaryReactor* RunRead(const Api& api, grpc::CallbackServerContext* context,
                                  int64_t min_revision,
                                  std::function<absl::Status(const resource::ReadCall&)> work);
// Runs a read of something that is behind the store, once `reader` shows `min_revision`: until then
// the call is parked.
grpc::ServerUnaryReactor* RunRead(const Api& api, grpc::CallbackServerContext* context,
                                  const rpc::Parking::Reader& reader, int64_t min_revision,
                                  std::function<absl::Status(const resource::ReadCall&)> work);

// Runs a write. `request` is where request_id and validate_only are; it lives until the call is
// finished.
grpc::ServerUnaryReactor* RunWrite(const Api& api, grpc::CallbackServerContext* context,
                                   const google::protobuf::Message& request,
                                   std::function<absl::Status(const resource::WriteCall&)> work);
// The same for work that returns the response.
template <typename Response, typename Work>
grpc::ServerUnaryReactor* RunWrite(const Api& api, grpc::CallbackServerContext* context,
                                   const google::protobuf::Message& request, Response* response,
                                   Work work) {
  return RunWrite(api, context, request,
                  [response, work = std::move(work)](const resource::WriteCall& call) {
                    absl::StatusOr<Response> result = work(call);
                    if (result.ok()) *response = *std::move(result);
                    return result.status();
                  });
}

// What a stream needs that writes.
absl::StatusOr<resource::WriteCall> WriteCallOf(const rpc::CallContext& call,
                                                const google::protobuf::Message& request);

}  // namespace clusterwire::api
