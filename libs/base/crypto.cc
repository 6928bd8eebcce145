#include "libs/base/crypto.h"

#include <memory>

#include "absl/strings/str_cat.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/sha.h>

#include "libs/base/openssl.h"

namespace clusterwire {
namespace {

constexpr int kSealTag = 16;

struct FreeCipher {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};
using Cipher = std::unique_ptr<EVP_CIPHER_CTX, FreeCipher>;

struct FreeMac {
  void operator()(EVP_MAC_CTX* context) const { EVP_MAC_CTX_free(context); }
};
using Mac = std::unique_ptr<EVP_MAC_CTX, FreeMac>;

// Waits for a key.
Mac StartHmac() {
  static EVP_MAC* const kHmac = EVP_MAC_fetch(nullptr, "HMAC", nullptr);
  Mac mac(EVP_MAC_CTX_new(kHmac));
  char digest[] = "SHA256";
  const OSSL_PARAM parameters[] = {OSSL_PARAM_construct_utf8_string("digest", digest, 0),
                                   OSSL_PARAM_construct_end()};
  Need(mac != nullptr && EVP_MAC_CTX_set_params(mac.get(), parameters) == 1);
  return mac;
}

Cipher StartSiv(std::string_view key, std::string_view purpose, std::string_view tag) {
  static EVP_CIPHER* const kSiv = EVP_CIPHER_fetch(nullptr, "AES-256-SIV", nullptr);
  Cipher cipher(EVP_CIPHER_CTX_new());
  Need(kSiv != nullptr && cipher != nullptr &&
       key.size() == static_cast<size_t>(EVP_CIPHER_get_key_length(kSiv)));
  const bool opens = !tag.empty();
  Need(EVP_CipherInit_ex(cipher.get(), kSiv, nullptr, Bytes(key), nullptr, opens ? 0 : 1) == 1);
  if (opens) {
    Need(EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_AEAD_SET_TAG, kSealTag,
                             const_cast<char*>(tag.data())) == 1);
  }
  int length = 0;
  Need(EVP_CipherUpdate(cipher.get(), nullptr, &length, Bytes(purpose),
                        static_cast<int>(purpose.size())) == 1);
  return cipher;
}

}  // namespace

// OpenSSL looks an algorithm up by its name at each call that doesn't hand it over, which takes as
// long as the digest of a short text.
std::string Sha256(std::string_view text) {
  static EVP_MD* const kSha256 = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  std::string digest(SHA256_DIGEST_LENGTH, '\0');
  Need(kSha256 != nullptr &&
       EVP_Digest(text.data(), text.size(), Bytes(digest), nullptr, kSha256, nullptr) == 1);
  return digest;
}

std::string HmacSha256(std::string_view key, std::string_view text) {
  thread_local const Mac mac = StartHmac();
  std::string digest(SHA256_DIGEST_LENGTH, '\0');
  size_t length = 0;
  // No key means the one before: an empty one is the same as a zero byte, which pads it.
  const std::string_view some = key.empty() ? std::string_view("\0", 1) : key;
  Need(EVP_MAC_init(mac.get(), Bytes(some), some.size(), nullptr) == 1 &&
       EVP_MAC_update(mac.get(), Bytes(text), text.size()) == 1 &&
       EVP_MAC_final(mac.get(), Bytes(digest), &length, digest.size()) == 1);
  return digest;
}

std::string Seal(std::string_view key, std::string_view purpose, std::string_view plain) {
  const Cipher cipher = StartSiv(key, purpose, "");
  std::string tag(kSealTag, '\0');
  std::string sealed(plain.size(), '\0');
  int length = 0;
  Need(EVP_CipherUpdate(cipher.get(), Bytes(sealed), &length, Bytes(plain),
                        static_cast<int>(plain.size())) == 1);
  Need(EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_AEAD_GET_TAG, kSealTag, tag.data()) == 1);
  return absl::StrCat(tag, sealed);
}

std::optional<std::string> Unseal(std::string_view key, std::string_view purpose,
                                  std::string_view sealed) {
  if (sealed.size() <= kSealTag) return std::nullopt;
  const Cipher cipher = StartSiv(key, purpose, sealed.substr(0, kSealTag));
  sealed.remove_prefix(kSealTag);
  std::string plain(sealed.size(), '\0');
  int length = 0;
  if (EVP_CipherUpdate(cipher.get(), Bytes(plain), &length, Bytes(sealed),
                       static_cast<int>(sealed.size())) != 1) {
    return std::nullopt;
  }
  return plain;
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
