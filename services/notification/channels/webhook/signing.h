#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"

#include "libs/base/random.h"
#include "libs/base/signer.h"

// The rules of Standard Webhooks.
namespace clusterwire::notification {

// A webhook's secret: "whsec_" and base64. A made one has 32 bytes.
std::string MakeSecret(Random& random);
// The key that it stands for; nothing unless it is of this form, in base64 as an encoder writes it,
// and has 24 to 64 bytes.
std::optional<std::string> KeyOf(std::string_view secret);

// A pair of ed25519 keys: "whsk_" and "whpk_" and 32 bytes in base64.
struct KeyPair {
  std::string private_key;
  std::string public_key;
};
KeyPair MakeKeyPair(Random& random);
// What signs by a private one; nothing unless it is of this form.
std::optional<Ed25519Signer> SignerOf(std::string_view private_key);

// What signs, by scheme: those of one are alike, the present one first.
struct SigningKeys {
  std::vector<std::string> v1 = {};  // the keys of secrets
  std::vector<Ed25519Signer> v1a = {};
};

// The value of webhook-signature: a signature for each key, behind a space each. They are over id,
// time in whole seconds and body, joined by full stops: v1 is HMAC-SHA256, v1a is ed25519.
std::string WebhookSignature(const SigningKeys& keys, std::string_view id, absl::Time time,
                             std::string_view body);

}  // namespace clusterwire::notification
