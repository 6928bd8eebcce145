#pragma once

#include <string_view>

#include "clusterwire/notification/v1/subscription.pb.h"

#include "libs/filter/predicate.h"

namespace clusterwire::notification {

// The one rule which changes a subscription hears of, once its filter has said how the change
// relates to it. `kind` is the record's ("label.awarded"). Whether it is active and has an endpoint
// is asked elsewhere.
bool Wants(const v1::Subscription& subscription, filter::Transition transition,
           std::string_view kind, bool quiet);

// TRANSITION_UNSPECIFIED for kNone.
v1::Transition ToProto(filter::Transition transition);

}  // namespace clusterwire::notification
