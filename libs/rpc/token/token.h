#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace clusterwire::rpc {

// Makes opaque tokens that only holders of the same key can make: page and resume tokens. The
// content is signed (HMAC-SHA256), not hidden: no secrets in it. Replicas that share the key accept
// each other's tokens, also after a restart. Immutable; safe for use from any thread.
class TokenSigner {
 public:
  // `key` is secret and has at least 16 bytes; a shorter one makes a program error.
  explicit TokenSigner(std::string key);

  // `purpose` keeps tokens of one kind from passing as another: "page", "watch".
  std::string Sign(std::string_view purpose, std::string_view content) const;
  // The content; INVALID_ARGUMENT, reason TOKEN_INVALID, for anything that Sign() with this key and
  // purpose didn't make.
  absl::StatusOr<std::string> Open(std::string_view purpose, std::string_view token) const;

 private:
  std::string Mac(std::string_view purpose, std::string_view content) const;

  const std::string key_;
};

}  // namespace clusterwire::rpc
