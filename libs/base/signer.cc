#include "libs/base/signer.h"

#include <openssl/evp.h>

#include "libs/base/openssl.h"

namespace clusterwire {
namespace {

struct FreeDigest {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

}  // namespace

Ed25519Signer::Ed25519Signer(std::string_view private_key)
    : key_(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, Bytes(private_key),
                                        private_key.size()),
           [](void* key) { EVP_PKEY_free(static_cast<EVP_PKEY*>(key)); }) {
  Need(key_ != nullptr);
}

std::string Ed25519Signer::public_key() const {
  size_t size = 32;
  std::string key(size, '\0');
  Need(EVP_PKEY_get_raw_public_key(static_cast<EVP_PKEY*>(key_.get()), Bytes(key), &size) == 1);
  return key;
}

std::string Ed25519Signer::Sign(std::string_view text) const {
  const std::unique_ptr<EVP_MD_CTX, FreeDigest> context(EVP_MD_CTX_new());
  size_t size = 64;
  std::string signature(size, '\0');
  Need(context != nullptr &&
       EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr,
                          static_cast<EVP_PKEY*>(key_.get())) == 1 &&
       EVP_DigestSign(context.get(), Bytes(signature), &size, Bytes(text), text.size()) == 1);
  return signature;
}

}  // namespace clusterwire
