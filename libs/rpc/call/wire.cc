#include "libs/rpc/call/wire.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include <grpcpp/support/proto_buffer_reader.h>
#include <grpcpp/support/proto_buffer_writer.h>

#include "libs/base/status/error.h"
#include "libs/base/text/strings.h"

namespace clusterwire::rpc {

absl::Status UnreadableError(std::string_view which) {
  return Error(absl::StatusCode::kInvalidArgument, "MESSAGE_UNREADABLE",
               absl::StrCat(ToAbsl(which),
                            " can't be read: it is not the protobuf message that this method "
                            "takes, or a text in it is not UTF-8; nothing of it was used"));
}

bool FromWire(grpc::ByteBuffer bytes, google::protobuf::Message* message) {
  grpc::ProtoBufferReader reader(&bytes);
  return reader.status().ok() && message->ParseFromZeroCopyStream(&reader);
}

grpc::ByteBuffer ToWire(const google::protobuf::Message& message) {
  constexpr int kBlock = 1 << 20;  // of one piece; what is larger gets several
  grpc::ByteBuffer bytes;
  const int size = static_cast<int>(message.ByteSizeLong());
  {
    grpc::ProtoBufferWriter writer(&bytes, std::clamp(size, 1, kBlock), size);
    message.SerializeToZeroCopyStream(&writer);
  }
  return bytes;
}

}  // namespace clusterwire::rpc
