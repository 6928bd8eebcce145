#pragma once

#include "absl/status/statusor.h"

#include "clusterwire/notification/v1/delivery.pb.h"

#include "libs/filter/viewer.h"
#include "services/notification/services.h"

namespace clusterwire::rpc {
class TokenSealer;
}

// What DeliveryService does to many at once, and counts. `caller` is whose call it is, and may: who
// calls has asked.
namespace clusterwire::notification {

absl::StatusOr<v1::CountDeliveriesResponse> CountDeliveries(
    const filter::Viewer& caller, const Handles& handles,
    const v1::CountDeliveriesRequest& request);

absl::StatusOr<v1::RedriveDeliveriesResponse> RedriveDeliveries(
    const filter::Viewer& caller, const Handles& handles,
    const v1::RedriveDeliveriesRequest& request);

absl::StatusOr<v1::RedriveDeadLettersResponse> RedriveDeadLetters(
    const Handles& handles, const v1::RedriveDeadLettersRequest& request);

absl::StatusOr<v1::ReplaySubscriptionResponse> ReplaySubscription(
    const filter::Viewer& caller, const Handles& handles,
    const v1::ReplaySubscriptionRequest& request);

}  // namespace clusterwire::notification
