#pragma once

#include <string>
#include <string_view>

#include "absl/time/time.h"

namespace clusterwire::notification {

// The value of webhook-signature by Standard Webhooks, scheme v1: HMAC-SHA256 under `key` over id,
// time in whole seconds and body, joined by full stops.
std::string WebhookSignature(std::string_view key, std::string_view id, absl::Time time,
                             std::string_view body);

}  // namespace clusterwire::notification
