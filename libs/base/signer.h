#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace clusterwire {

// Signs by Ed25519 (RFC 8032). Making one costs as much as a signature. Immutable and cheap to
// copy; safe for use from any thread.
class Ed25519Signer {
 public:
  explicit Ed25519Signer(std::string_view private_key);  // 32 secret bytes
  std::string public_key() const;                        // 32 bytes
  std::string Sign(std::string_view text) const;         // 64 bytes

 private:
  std::shared_ptr<void> key_;
};

}  // namespace clusterwire
