#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

#include "libs/identity/keys/algorithm.h"

namespace clusterwire::identity {

// A public key of an issuer. Immutable; safe for use from any thread.
class Key {
 public:
  // From one element of a key set; the error says why it isn't used.
  static absl::StatusOr<std::shared_ptr<const Key>> Import(const std::string& json);
  ~Key();
  Key(const Key&) = delete;
  Key& operator=(const Key&) = delete;

  const std::string& id() const { return id_; }  // empty: it states none
  bool Fits(const Algorithm& algorithm) const;
  // Whether it has signed `token`, a compact JWS whose header names `algorithm` and whose signature
  // has `signature_bytes`. The key fits the algorithm.
  bool Verifies(const std::string& token, const Algorithm& algorithm, size_t signature_bytes) const;

 private:
  struct Handles;
  Key();

  std::string id_;
  std::string type_;
  std::string curve_;
  std::string algorithm_;     // the only one that it is for; empty: any that it fits
  size_t modulus_bytes_ = 0;  // of RSA
  std::unique_ptr<Handles> handles_;
};

// What an issuer publishes (RFC 7517). Immutable; safe for use from any thread.
class KeySet {
 public:
  static constexpr size_t kMaxBytes = 256 << 10;
  static constexpr size_t kMaxKeys = 100;

  KeySet() = default;  // without keys
  // INVALID_ARGUMENT when it is no key set. Keys in it that can't be used are left out.
  static absl::StatusOr<KeySet> Parse(std::string_view text);

  // Those with that id; all that fit `algorithm`, where a token names no id ("").
  std::vector<std::shared_ptr<const Key>> Find(std::string_view id,
                                               const Algorithm& algorithm) const;
  size_t size() const { return keys_.size(); }
  // Why keys of the set aren't used; the first few.
  const std::vector<std::string>& unused() const { return unused_; }

 private:
  std::vector<std::shared_ptr<const Key>> keys_;
  std::vector<std::string> unused_;
};

}  // namespace clusterwire::identity
