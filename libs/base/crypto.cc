#include "libs/base/crypto.h"

#include <cstdlib>
#include <memory>

#include "absl/strings/str_cat.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>

namespace clusterwire {
namespace {

const unsigned char* Bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* Bytes(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

}  // namespace

std::string Sha256(std::string_view text) {
  std::string digest(SHA256_DIGEST_LENGTH, '\0');
  SHA256(Bytes(text), text.size(), Bytes(digest));
  return digest;
}

std::string HmacSha256(std::string_view key, std::string_view text) {
  std::string mac(SHA256_DIGEST_LENGTH, '\0');
  if (HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), Bytes(text), text.size(),
           Bytes(mac), nullptr) == nullptr) {
    std::abort();  // only without memory
  }
  return mac;
}

bool SameBytes(std::string_view one, std::string_view other) {
  return one.size() == other.size() && CRYPTO_memcmp(one.data(), other.data(), one.size()) == 0;
}

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
