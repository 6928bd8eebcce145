#pragma once

#include "clusterwire/catalogue/v1/booking.pb.h"
#include "clusterwire/catalogue/v1/programme.pb.h"

#include "services/catalogue/common/resource.h"

// Who can book what: asked of a booking that is asked for, and again when it is approved.
namespace clusterwire::catalogue {

inline constexpr size_t kMostNote = 2000;  // characters of the note of a move
// Bookings of one cluster, in all programmes, that are looked at.
inline constexpr int kMostOfCluster = 10'000;

// Makes `booking`, which has its name, cluster and offering, what the request asks for. All wrong
// fields at once, with the paths of the request; then what stands against it.
absl::Status TakeAsk(const Context& context, const v1::AskForBookingRequest& request,
                     v1::Booking* booking);

// Whether the programme can still approve what was asked for: it has not ended, the cluster is a
// member today and takes what is offered, and the offering is there and covers the level.
absl::Status CheckApprovable(const Context& context, const v1::Booking& booking);

// The offering of a booking as the programme has it now; null when it has it no more, or with
// another kind.
absl::StatusOr<const v1::Offering*> OfferingOf(const Context& context, const v1::Booking& booking,
                                               v1::Programme* programme);

// Whether another coverage of the cluster has paid for the label period that this one says:
// violation of the field `label`.
absl::Status CheckPeriodUnpaid(const Context& context, const v1::Booking& booking,
                               FieldErrors& errors);

}  // namespace clusterwire::catalogue
