#pragma once

#include <string>
#include <string_view>

#include "clusterwire/catalogue/v1/booking.pb.h"

#include "services/catalogue/common/fields/moves.h"

// What can happen to a booking, as tables: the comment of BookingService repeats them.
namespace clusterwire::catalogue {

// Of consulting and public display.
const MoveTable& ServiceMoves();
// Of the money of cost coverages.
const MoveTable& MoneyMoves();
// Of the outcome of cost coverages; its states are Coverage::Outcome.
const MoveTable& OutcomeMoves();

inline bool IsCoverage(const v1::Booking& booking) {
  return booking.kind() == v1::Offering::KIND_COST_COVERAGE;
}

// Refused or called off: it pays for nothing and takes no place.
inline bool IsOff(const v1::Booking& booking) {
  return booking.state() == v1::Booking::STATE_REFUSED ||
         booking.state() == v1::Booking::STATE_CANCELLED;
}

// A move of one of the tables on a booking.
struct BookingStep {
  const MoveTable* table;
  std::string_view method;

  const Move& move() const { return table->Of(method); }
};

// The step that a method is of this booking. FAILED_PRECONDITION, reason ILLEGAL_MOVE, where the
// method is none of a booking of its kind.
absl::StatusOr<BookingStep> StepOf(const v1::Booking& booking, std::string_view method);

// Whether the step is possible as the booking stands: else ILLEGAL_MOVE, which says what is.
absl::Status CheckPossible(const BookingStep& step, const v1::Booking& booking);

// The last move of the step's table that was made; where there is none the first of all.
const v1::BookingMove& LastOf(const MoveTable& table, const v1::Booking& booking);

// The kind of change that made the booking's last move.
std::string_view KindOfLast(const v1::Booking& booking);

}  // namespace clusterwire::catalogue
