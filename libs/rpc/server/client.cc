#include "libs/rpc/server/client.h"

#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>

#include "libs/rpc/call/caller.h"

namespace clusterwire::rpc {
namespace {

constexpr int kMaxReceiveBytes = 16 << 20;
constexpr int kMaxMetadataBytes = 16 << 10;
constexpr int kKeepaliveMs = 60'000;

}  // namespace

std::shared_ptr<grpc::Channel> MakeChannel(std::string_view address) {
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(kMaxReceiveBytes);
  arguments.SetInt(GRPC_ARG_MAX_METADATA_SIZE, kMaxMetadataBytes);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, kKeepaliveMs);
  return grpc::CreateCustomChannel(std::string(address), grpc::InsecureChannelCredentials(),
                                   arguments);
}

void Prepare(const ClientCall& call, grpc::ClientContext* context) {
  if (call.deadline != absl::InfiniteFuture()) {
    context->set_deadline(absl::ToChronoTime(call.deadline));
  }
  if (!call.trace.empty()) context->AddMetadata("traceparent", call.trace.ToTraceparent());
  if (!call.view_as.empty()) context->AddMetadata(std::string(kViewAsKey), call.view_as);
}

}  // namespace clusterwire::rpc
