#pragma once

#include "clusterwire/notification/v1/subscription.pb.h"

#include "libs/base/status/error.h"

namespace clusterwire::notification {

// What is wrong with the changes that a subscription wants to hear of: its transitions, its kinds,
// and whether they can come together with each other and with the types of its filter. One that can
// never hear of anything is refused.
void CheckChanges(const v1::Subscription& subscription, FieldErrors& errors);

}  // namespace clusterwire::notification
