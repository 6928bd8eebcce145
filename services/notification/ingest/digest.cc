#include "services/notification/ingest/digest.h"

#include <sodium.h>

#include <array>
#include <string_view>

namespace clusterwire::notification {
namespace {

class Sha256 {
 public:
  Sha256() { crypto_hash_sha256_init(&state_); }
  // With its length, so that no two lists of texts are the same to it.
  void Add(std::string_view text) {
    Add(static_cast<int64_t>(text.size()));
    crypto_hash_sha256_update(&state_, reinterpret_cast<const unsigned char*>(text.data()),
                              text.size());
  }
  void Add(int64_t number) {
    std::array<unsigned char, sizeof number> bytes;
    for (size_t i = 0; i < bytes.size(); ++i) {
      bytes[i] = static_cast<unsigned char>(static_cast<uint64_t>(number) >> (8 * i));
    }
    crypto_hash_sha256_update(&state_, bytes.data(), bytes.size());
  }
  std::string Finish() {
    std::string digest(crypto_hash_sha256_BYTES, '\0');
    crypto_hash_sha256_final(&state_, reinterpret_cast<unsigned char*>(digest.data()));
    return digest;
  }

 private:
  crypto_hash_sha256_state state_;
};

}  // namespace

std::string DigestOf(const kafka::ReceivedMessage& message) {
  Sha256 hash;
  hash.Add(message.key);
  hash.Add(message.value);
  hash.Add(absl::ToUnixMillis(message.time));
  for (const kafka::Header& header : message.headers) {
    hash.Add(header.name);
    hash.Add(header.value);
  }
  return hash.Finish();
}

}  // namespace clusterwire::notification
