#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "absl/time/time.h"

#include "libs/base/random.h"

// The rules of Standard Webhooks.
namespace clusterwire::notification {

// A webhook's secret: "whsec_" and base64. A made one has 32 bytes.
std::string MakeSecret(Random& random);
// The key that it stands for; nothing unless it is of this form, in base64 as an encoder writes it,
// and has 24 to 64 bytes.
std::optional<std::string> KeyOf(std::string_view secret);

// The value of webhook-signature: for each of `keys`, behind a space, a signature of scheme v1:
// HMAC-SHA256 over id, time in whole seconds and body, joined by full stops.
std::string WebhookSignature(std::span<const std::string> keys, std::string_view id,
                             absl::Time time, std::string_view body);

}  // namespace clusterwire::notification
