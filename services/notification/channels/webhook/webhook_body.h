#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "services/notification/channels/channels.h"

namespace clusterwire::notification {

// What a webhook is sent: a CloudEvent 1.0 in structured mode around a v1::WebhookNotice; its
// contract stands in notification/v1/webhook.proto. Pure: the same job gives the same bytes.
absl::StatusOr<std::string> WebhookBody(const Job& job);
// The same around a notice that says that it is a test: type "clusterwire.notice.test.v1", about
// the endpoint.
absl::StatusOr<std::string> WebhookTestBody(const std::string& endpoint, const std::string& id,
                                            absl::Time now);

}  // namespace clusterwire::notification
