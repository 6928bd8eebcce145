#pragma once

#include <string>

#include "absl/status/statusor.h"

#include "services/notification/delivery/job.h"

namespace clusterwire::notification {

// What a webhook gets: a CloudEvent 1.0 in structured mode.
//
//   id       the delivery's name, which is the webhook-id; a receiver drops doubles by it
//   source   "/clusterwire/notification"
//   type     "clusterwire.label.awarded.v1"
//   subject  the resource that changed
//   time     when it was written
//   data     title, text, link (of the notice), reasons, transition, subscription, change (its
//            ce_id), kind, facts {before, after} as the contract's JSON; an image that the
//            subscription may not see is absent, and with "left" `after` is: the resource may have
//            been hidden since
//
// Pure: the same job gives the same bytes.
absl::StatusOr<std::string> WebhookBody(const Job& job);

}  // namespace clusterwire::notification
