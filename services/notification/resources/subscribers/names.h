#pragma once

#include <string_view>

#include "libs/resource/name.h"

namespace clusterwire::notification {

inline constexpr resource::NamePattern kSubscriberName("subscribers/{subscriber}");
inline constexpr resource::NamePattern kEndpointName(
    "subscribers/{subscriber}/endpoints/{endpoint}");
inline constexpr resource::NamePattern kSubscriptionName(
    "subscribers/{subscriber}/subscriptions/{subscription}");

// As a parent: those of all subscribers.
inline constexpr std::string_view kAllSubscribers = "subscribers/-";

}  // namespace clusterwire::notification
