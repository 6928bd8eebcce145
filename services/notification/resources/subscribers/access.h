#pragma once

#include <string_view>

#include "absl/status/status.h"

#include "libs/filter/viewer.h"
#include "libs/resource/name.h"
#include "libs/resource/resources.h"

namespace clusterwire::notification {

using resource::ListQuery;
using resource::ReadCall;
using resource::Rules;
using resource::WriteCall;

inline constexpr resource::NamePattern kSubscriberName("subscribers/{subscriber}");
inline constexpr resource::NamePattern kEndpointName(
    "subscribers/{subscriber}/endpoints/{endpoint}");
inline constexpr resource::NamePattern kSubscriptionName(
    "subscribers/{subscriber}/subscriptions/{subscription}");

// As a parent: those of all subscribers.
inline constexpr std::string_view kAllSubscribers = "subscribers/-";

// Who may do what here. An operator may do everything; who acts for a subscriber may read and
// change what lies under it; the public has no business here. Refusals are PERMISSION_DENIED,
// reason NOT_ALLOWED, whether or not the thing exists. An empty name, or "subscribers/-", stands
// for all of them.
absl::Status CheckMayUse(const filter::Viewer& viewer, std::string_view name);
inline absl::Status CheckOperator(const filter::Viewer& viewer) { return CheckMayUse(viewer, ""); }

// Who may read and write: for every type of this service.
const resource::Service& NotificationService();
// For subscribers: who has shown who they are may create one too.
const resource::Service& SubscriberService();

}  // namespace clusterwire::notification
