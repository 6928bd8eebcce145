#pragma once

#include <cstdlib>
#include <string>
#include <string_view>

#include <openssl/bio.h>
#include <openssl/x509.h>

#include "libs/base/handle.h"

// What this library's files over OpenSSL share; none of its headers includes it.
namespace clusterwire {

using Bio = Handle<BIO, BIO_free_all>;
using X509Handle = Handle<X509, X509_free>;

inline const unsigned char* Bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}
inline unsigned char* Bytes(std::string& text) {
  return reinterpret_cast<unsigned char*>(text.data());
}

// Fails only without memory, or with a key of another length, which is a mistake of ours.
inline void Need(bool done) {
  if (!done) std::abort();
}

}  // namespace clusterwire
