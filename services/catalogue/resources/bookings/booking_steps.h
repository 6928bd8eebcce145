#pragma once

#include <string>

#include "absl/time/time.h"

#include "clusterwire/catalogue/v1/booking.pb.h"

#include "services/catalogue/common/resource.h"

// What single moves do to a booking, besides its state: of a booking and a request about it. Each
// adds a violation for all that is wrong with the request; an error says what else stands against
// it.
namespace clusterwire::catalogue {

// The date of a move, today where none is given: not in the future, nor before `last`, that of the
// move before.
std::string TakeDate(const std::string& date, const std::string& last, absl::Time now,
                     FieldErrors& errors);

// The label that an assessment led to, which the booking then names.
absl::Status TakeLabel(const Context& context, const std::string& name, bool renewed,
                       v1::Booking* booking, FieldErrors& errors);

// `move` is what is kept of it.
absl::Status ApproveCoverage(const Context& context, const v1::ApproveBookingRequest& request,
                             v1::Booking* booking, v1::BookingMove* move, FieldErrors& errors);
void ApproveService(const v1::ApproveBookingRequest& request, v1::Booking* booking,
                    FieldErrors& errors);

// A cluster calls off nothing whose cost is owed: FAILED_PRECONDITION, reason OUTCOME_RECORDED.
absl::Status CheckCancellable(const filter::Viewer& viewer, const v1::Booking& booking);

// What may be made and taken back again and again leaves room for the moves that close a booking:
// FAILED_PRECONDITION, reason TOO_MANY_MOVES.
absl::Status CheckRoomForMoves(const v1::Booking& booking);

absl::Status TakeInvoice(const v1::RecordInvoiceRequest& request, v1::Booking* booking,
                         v1::BookingMove* move, FieldErrors& errors);

}  // namespace clusterwire::catalogue
