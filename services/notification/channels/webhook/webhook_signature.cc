#include "services/notification/channels/webhook/webhook_signature.h"

#include <sodium.h>

#include <array>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

#include "libs/base/text/strings.h"

namespace clusterwire::notification {
namespace {

const unsigned char* Octets(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

}  // namespace

std::string WebhookSignature(std::string_view key, std::string_view id, absl::Time time,
                             std::string_view body) {
  const std::string head = absl::StrCat(ToAbsl(id), ".", absl::ToUnixSeconds(time), ".");
  crypto_auth_hmacsha256_state state;
  crypto_auth_hmacsha256_init(&state, Octets(key), key.size());
  crypto_auth_hmacsha256_update(&state, Octets(head), head.size());
  crypto_auth_hmacsha256_update(&state, Octets(body), body.size());
  std::array<unsigned char, crypto_auth_hmacsha256_BYTES> mac;
  crypto_auth_hmacsha256_final(&state, mac.data());
  return "v1," + absl::Base64Escape(
                     absl::string_view(reinterpret_cast<const char*>(mac.data()), mac.size()));
}

}  // namespace clusterwire::notification
