#pragma once

#include <span>
#include <string_view>

namespace clusterwire::identity {

// A signature algorithm of RFC 7518 that tokens may be signed with. All are asymmetric: with a
// symmetric one, each service that checks a token could make one.
struct Algorithm {
  std::string_view name;       // "ES256"
  std::string_view key_type;   // a key's "kty"
  std::string_view curve;      // an EC key's "crv"
  size_t signature_bytes = 0;  // 0: as many as the key's modulus
};

std::span<const Algorithm> Algorithms();
// Null when it is none of those.
const Algorithm* FindAlgorithm(std::string_view name);

}  // namespace clusterwire::identity
