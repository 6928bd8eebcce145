#include "services/catalogue/resources/bookings/booking_moves.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

#include "libs/base/status/error.h"
#include "libs/base/text/strings.h"
#include "libs/change/record.h"

namespace clusterwire::catalogue {
namespace {

using v1::Booking;
using v1::Coverage;

bool Has(const MoveTable& table, std::string_view method) {
  return std::ranges::count(table.moves(), method, &Move::method) > 0;
}

}  // namespace

const MoveTable& ServiceMoves() {
  static const auto* const kTable = new MoveTable(
      MoveTableOf<Booking::State>({{.method = "AskForBooking",
                                    .party = Party::kEither,
                                    .kind = change::v1::CHANGE_KIND_BOOKING_ASKED,
                                    .from = {0},
                                    .to = Booking::STATE_ASKED},
                                   {.method = "ApproveBooking",
                                    .party = Party::kOffice,
                                    .kind = change::v1::CHANGE_KIND_BOOKING_APPROVED,
                                    .from = {Booking::STATE_ASKED},
                                    .to = Booking::STATE_APPROVED},
                                   {.method = "RefuseBooking",
                                    .party = Party::kOffice,
                                    .kind = change::v1::CHANGE_KIND_BOOKING_REFUSED,
                                    .from = {Booking::STATE_ASKED},
                                    .to = Booking::STATE_REFUSED},
                                   {.method = "CompleteBooking",
                                    .party = Party::kOffice,
                                    .kind = change::v1::CHANGE_KIND_BOOKING_COMPLETED,
                                    .from = {Booking::STATE_APPROVED},
                                    .to = Booking::STATE_COMPLETED},
                                   {.method = "CancelBooking",
                                    .party = Party::kEither,
                                    .kind = change::v1::CHANGE_KIND_BOOKING_CANCELLED,
                                    .from = {Booking::STATE_ASKED, Booking::STATE_APPROVED},
                                    .to = Booking::STATE_CANCELLED}}));
  return *kTable;
}

const MoveTable& MoneyMoves() {
  static const auto* const kTable = new MoveTable(MoveTableOf<Booking::State>(
      {{.method = "AskForBooking",
        .party = Party::kEither,
        .kind = change::v1::CHANGE_KIND_COVERAGE_ASKED,
        .from = {0},
        .to = Booking::STATE_ASKED},
       {.method = "ApproveBooking",
        .party = Party::kOffice,
        .kind = change::v1::CHANGE_KIND_COVERAGE_APPROVED,
        .from = {Booking::STATE_ASKED, Booking::STATE_APPROVED, Booking::STATE_INVOICED},
        .to = Booking::STATE_APPROVED},
       {.method = "RefuseBooking",
        .party = Party::kOffice,
        .kind = change::v1::CHANGE_KIND_COVERAGE_REFUSED,
        .from = {Booking::STATE_ASKED},
        .to = Booking::STATE_REFUSED},
       {.method = "CancelBooking",
        .party = Party::kEither,
        .kind = change::v1::CHANGE_KIND_COVERAGE_CANCELLED,
        .from = {Booking::STATE_ASKED, Booking::STATE_APPROVED},
        .to = Booking::STATE_CANCELLED},
       {.method = "RecordInvoice",
        .party = Party::kOffice,
        .kind = change::v1::CHANGE_KIND_COVERAGE_INVOICED,
        .from = {Booking::STATE_APPROVED},
        .to = Booking::STATE_INVOICED},
       {.method = "RecordPayment",
        .party = Party::kOffice,
        .kind = change::v1::CHANGE_KIND_COVERAGE_PAID,
        .from = {Booking::STATE_INVOICED},
        .to = Booking::STATE_PAID},
       {.method = "WithdrawPayment",
        .party = Party::kOffice,
        .kind = change::v1::CHANGE_KIND_COVERAGE_PAYMENT_WITHDRAWN,
        .from = {Booking::STATE_PAID},
        .to = Booking::STATE_INVOICED}}));
  return *kTable;
}

const MoveTable& OutcomeMoves() {
  static const auto* const kTable = new MoveTable(MoveTableOf<Coverage::Outcome>(
      {{.method = "RecordAward",
        .party = Party::kOffice,
        .kind = change::v1::CHANGE_KIND_COVERAGE_ASSESSED,
        .from = {Coverage::OUTCOME_OPEN, Coverage::OUTCOME_NOT_AWARDED},
        .to = Coverage::OUTCOME_AWARDED},
       {.method = "RecordRenewal",
        .party = Party::kOffice,
        .kind = change::v1::CHANGE_KIND_COVERAGE_ASSESSED,
        .from = {Coverage::OUTCOME_OPEN, Coverage::OUTCOME_NOT_AWARDED},
        .to = Coverage::OUTCOME_RENEWED},
       {.method = "RecordNoAward",
        .party = Party::kOffice,
        .kind = change::v1::CHANGE_KIND_COVERAGE_ASSESSED,
        .from = {Coverage::OUTCOME_OPEN},
        .to = Coverage::OUTCOME_NOT_AWARDED}}));
  return *kTable;
}

absl::StatusOr<BookingStep> StepOf(const Booking& booking, std::string_view method) {
  if (!IsCoverage(booking)) {
    if (Has(ServiceMoves(), method)) return BookingStep{&ServiceMoves(), method};
  } else if (Has(MoneyMoves(), method)) {
    return BookingStep{&MoneyMoves(), method};
  } else if (Has(OutcomeMoves(), method)) {
    return BookingStep{&OutcomeMoves(), method};
  }
  const MoveTable& table = IsCoverage(booking) ? MoneyMoves() : ServiceMoves();
  return table.Refuse(
      method, booking.name(), booking.state(),
      absl::StrCat(ToAbsl(method), IsCoverage(booking) ? " is no move of cost coverages"
                                                       : " is a move of cost coverages alone"));
}

absl::Status CheckPossible(const BookingStep& step, const Booking& booking) {
  if (step.table != &OutcomeMoves()) {
    return step.table->Check(step.method, booking.name(), booking.state());
  }
  if (IsOff(booking)) {
    return MoneyMoves().Refuse(step.method, booking.name(), booking.state(),
                               "no outcome is recorded of a coverage that pays for nothing");
  }
  return step.table->Check(step.method, booking.name(), booking.coverage().outcome());
}

const v1::BookingMove& LastOf(const MoveTable& table, const Booking& booking) {
  const auto& moves = booking.moves();
  const auto last = std::find_if(moves.rbegin(), moves.rend(), [&](const v1::BookingMove& move) {
    return Has(table, move.method());
  });
  return last == moves.rend() ? moves.at(0) : *last;
}

std::string_view KindOfLast(const Booking& booking) {
  const std::string& method = booking.moves().rbegin()->method();
  const MoveTable& table = !IsCoverage(booking)        ? ServiceMoves()
                           : Has(MoneyMoves(), method) ? MoneyMoves()
                                                       : OutcomeMoves();
  return change::KindText(table.Of(method).kind);
}

}  // namespace clusterwire::catalogue
