#include "services/notification/channels/webhook/signing.h"

#include <algorithm>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include "libs/base/crypto.h"
#include "libs/base/text/strings.h"

namespace clusterwire::notification {
namespace {

constexpr std::string_view kPrefix = "whsec_";
constexpr std::string_view kPrivatePrefix = "whsk_";
constexpr std::string_view kPublicPrefix = "whpk_";
constexpr size_t kPrivateBytes = 32;
constexpr size_t kMadeBytes = 32;
constexpr size_t kLeastBytes = 24;
constexpr size_t kMostBytes = 64;

// The bytes behind the prefix. The decoder forgives spaces and missing padding, and receivers'
// decoders each something else: only what encodes back to itself is the same key everywhere.
std::optional<std::string> Decode(std::string_view text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return std::nullopt;
  const absl::string_view base64 = ToAbsl(text.substr(prefix.size()));
  std::string key;
  if (!absl::Base64Unescape(base64, &key) || absl::Base64Escape(key) != base64) return std::nullopt;
  // Copied, since GCC 12 takes the move of a string of known size for a write out of bounds.
  return std::make_optional<std::string>(key.data(), key.size());
}

}  // namespace

std::string MakeSecret(Random& random) {
  return absl::StrCat(ToAbsl(kPrefix), absl::Base64Escape(RandomBytes(random, kMadeBytes)));
}

std::optional<std::string> KeyOf(std::string_view secret) {
  std::optional<std::string> key = Decode(secret, kPrefix);
  if (!key || key->size() < kLeastBytes || key->size() > kMostBytes) return std::nullopt;
  // HMAC fills a key up with zeros: one of nothing else signs as an empty key does.
  if (std::ranges::all_of(*key, [](char c) { return c == 0; })) return std::nullopt;
  return key;
}

KeyPair MakeKeyPair(Random& random) {
  const std::string key = RandomBytes(random, kPrivateBytes);
  return {.private_key = absl::StrCat(ToAbsl(kPrivatePrefix), absl::Base64Escape(key)),
          .public_key = absl::StrCat(ToAbsl(kPublicPrefix),
                                     absl::Base64Escape(Ed25519Signer(key).public_key()))};
}

std::optional<Ed25519Signer> SignerOf(std::string_view private_key) {
  const std::optional<std::string> key = Decode(private_key, kPrivatePrefix);
  if (!key || key->size() != kPrivateBytes) return std::nullopt;
  return Ed25519Signer(*key);
}

std::string WebhookSignature(const SigningKeys& keys, std::string_view id, absl::Time time,
                             std::string_view body) {
  const std::string text =
      absl::StrCat(ToAbsl(id), ".", absl::ToUnixSeconds(time), ".", ToAbsl(body));
  std::vector<std::string> signatures;
  for (const std::string& key : keys.v1) {
    signatures.push_back("v1," + absl::Base64Escape(HmacSha256(key, text)));
  }
  for (const Ed25519Signer& signer : keys.v1a) {
    signatures.push_back("v1a," + absl::Base64Escape(signer.Sign(text)));
  }
  return absl::StrJoin(signatures, " ");
}

}  // namespace clusterwire::notification
