#include "libs/base/message_digest.h"

#include <memory>

#include "absl/strings/str_cat.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"

#include "libs/base/crypto.h"

namespace clusterwire {

std::string SerializeDeterministic(const google::protobuf::Message& message) {
  std::string bytes;
  google::protobuf::io::StringOutputStream stream(&bytes);
  google::protobuf::io::CodedOutputStream coded(&stream);
  coded.SetSerializationDeterministic(true);
  message.SerializeToCodedStream(&coded);
  coded.Trim();
  return bytes;
}

std::string DigestOf(const google::protobuf::Message& message,
                     std::initializer_list<const char*> leave_out) {
  const google::protobuf::Descriptor& type = *message.GetDescriptor();
  const std::unique_ptr<google::protobuf::Message> content(message.New());
  content->CopyFrom(message);
  for (const char* name : leave_out) {
    if (const auto* field = type.FindFieldByName(name)) {
      content->GetReflection()->ClearField(content.get(), field);
    }
  }
  return Sha256(absl::StrCat(type.full_name(), "\n", SerializeDeterministic(*content)));
}

}  // namespace clusterwire
