#pragma once

#include <string_view>

#include "absl/status/status.h"
#include "google/protobuf/message.h"
#include <grpcpp/support/byte_buffer.h>

// Between messages and the bytes that travel. gRPC's typed streams show a message that can't be
// parsed as if the client had sent its last one, so streams are read and written as bytes.
namespace clusterwire::rpc {

// INVALID_ARGUMENT, reason MESSAGE_UNREADABLE. `which` is the message for the one who sent it: "the
// request".
absl::Status UnreadableError(std::string_view which);

// False when `bytes` are no message of this type; it is then in an unknown state.
bool FromWire(grpc::ByteBuffer bytes, google::protobuf::Message* message);
grpc::ByteBuffer ToWire(const google::protobuf::Message& message);

}  // namespace clusterwire::rpc
