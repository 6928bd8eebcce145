#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "libs/base/json.h"

namespace clusterwire::identity {

// An issuer's private key: signs what a test tells it to, right or wrong.
class Signer {
 public:
  // `algorithm`: "RS256" or "ES256" and their like. RSA keys take long to make: share them.
  explicit Signer(std::string_view algorithm, std::string key_id = "one", size_t rsa_bits = 2048);
  ~Signer();
  Signer(const Signer&) = delete;
  Signer& operator=(const Signer&) = delete;

  // The public key as an element of a key set.
  nlohmann::json public_key() const;
  // With "alg" and "kid" in the header, unless `header` says otherwise.
  std::string Sign(const nlohmann::json& claims,
                   const nlohmann::json& header = nlohmann::json::object()) const;
  // The same for claims that no JSON library would write.
  std::string SignText(const std::string& claims,
                       const nlohmann::json& header = nlohmann::json::object()) const;

 private:
  struct Handles;
  const std::string algorithm_;
  const std::string key_id_;
  std::unique_ptr<Handles> handles_;
};

// A key set of those keys, as it is published.
std::string KeySetOf(std::initializer_list<nlohmann::json> keys);

// Three parts of a token, encoded and joined.
std::string Join(std::string_view header, std::string_view claims, std::string_view signature);

}  // namespace clusterwire::identity
