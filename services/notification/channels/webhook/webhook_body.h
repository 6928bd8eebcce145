#pragma once

#include <string>

#include "absl/status/statusor.h"

#include "services/notification/channels/channels.h"

namespace clusterwire::notification {

// What a webhook is sent: a CloudEvent 1.0 in structured mode around a v1::WebhookNotice; its
// contract stands in notification/v1/webhook.proto. Pure: the same job gives the same bytes.
absl::StatusOr<std::string> WebhookBody(const Job& job);

}  // namespace clusterwire::notification
