#include "services/notification/channels/webhook_signature.h"

#include <sodium.h>

#include <algorithm>
#include <array>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

#include "libs/base/strings.h"

namespace clusterwire::notification {
namespace {

constexpr std::string_view kPrefix = "whsec_";
constexpr size_t kMinKeyBytes = 24;
constexpr size_t kMaxKeyBytes = 64;

const unsigned char* Octets(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

}  // namespace

absl::StatusOr<std::string> WebhookKeyOf(std::string_view secret) {
  const std::string_view base64 = secret.substr(std::min(secret.size(), kPrefix.size()));
  std::string key(kMaxKeyBytes, '\0');
  size_t size = 0;
  if (!secret.starts_with(kPrefix) ||
      sodium_base642bin(reinterpret_cast<unsigned char*>(key.data()), key.size(), base64.data(),
                        base64.size(), nullptr, &size, nullptr,
                        sodium_base64_VARIANT_ORIGINAL) != 0 ||
      size < kMinKeyBytes) {
    return absl::InvalidArgumentError(
        "a webhook's secret is whsec_ and 24 to 64 bytes in base64; this one is not");
  }
  key.resize(size);
  return key;
}

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
