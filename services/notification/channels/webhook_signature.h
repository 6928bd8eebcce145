#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace clusterwire::notification {

// The key in a secret: what follows "whsec_", from base64, 24 to 64 bytes. INVALID_ARGUMENT for
// anything else; the text doesn't show the secret.
absl::StatusOr<std::string> WebhookKeyOf(std::string_view secret);

// The value of webhook-signature by Standard Webhooks, scheme v1: HMAC-SHA256 under `key` over id,
// time in whole seconds and body, joined by full stops.
std::string WebhookSignature(std::string_view key, std::string_view id, absl::Time time,
                             std::string_view body);

}  // namespace clusterwire::notification
