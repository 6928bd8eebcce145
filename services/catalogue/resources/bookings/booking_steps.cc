#include "services/catalogue/resources/bookings/booking_steps.h"

#include "absl/strings/str_cat.h"

#include "libs/base/time/date.h"
#include "services/catalogue/common/access/party.h"
#include "services/catalogue/common/dates/calendar.h"
#include "services/catalogue/common/fields/checks.h"
#include "services/catalogue/common/fields/money.h"
#include "services/catalogue/common/fields/references.h"
#include "services/catalogue/resources/bookings/booking_ask.h"
#include "services/catalogue/resources/bookings/booking_moves.h"
#include "services/catalogue/resources/bookings/coverage.h"

namespace clusterwire::catalogue {
namespace {

using google::type::Money;
using v1::Booking;
using v1::BookingMove;
using v1::Coverage;

// Of 50: those that close a booking find room.
constexpr int kMostMovesToGoOn = 40;

}  // namespace

std::string TakeDate(const std::string& date, const std::string& last, absl::Time now,
                     FieldErrors& errors) {
  if (date.empty()) return FormatDay(DayOf(now, kDefaultZone));
  const auto range = ParseDate(date);
  errors.AddAll("date", range.status());
  if (!range.ok()) return date;
  CheckNotAhead("date", date, now, errors);
  const auto before = ParseDate(last);
  if (before.ok() && range->last < before->first) {
    errors.Add("date", absl::StrCat("'", date, "' is before the move before it, on ", last));
  }
  return date;
}

absl::Status TakeLabel(const Context& context, const std::string& name, bool renewed,
                       Booking* booking, FieldErrors& errors) {
  if (!CheckReference("label", "clusters/{cluster}/labels/{label}", name, errors)) {
    return absl::OkStatus();
  }
  v1::Label label;
  Coverage& coverage = *booking->mutable_coverage();
  if (!IsThereFor(context.viewer, context.reader, name, &label)) {
    errors.Add("label", absl::StrCat(NotThere(context.viewer, context.reader, name),
                                     "; AwardLabel records what is new"));
  } else if (store::ParentOf(name) != booking->cluster()) {
    errors.Add("label", absl::StrCat("'", name, "' is no label of ", booking->cluster()));
  } else if (label.scheme() != coverage.scheme() || label.level() != coverage.level()) {
    errors.Add("label",
               absl::StrCat("'", name, "' is one of ", label.scheme(), " ", label.level(),
                            ", and the coverage is of ", coverage.scheme(), " ", coverage.level()));
  } else if (renewed && label.renewals().empty() && !label.renewal()) {
    errors.Add("label", absl::StrCat("'", name, "' has not been renewed: RenewLabel comes first; ",
                                     "of a first award, RecordAward"));
  } else {
    coverage.set_label(name);
    coverage.set_period_end(PeriodEnd(context.book, coverage, label));
    return CheckPeriodUnpaid(context, *booking, errors);
  }
  return absl::OkStatus();
}

absl::Status CheckCancellable(const filter::Viewer& viewer, const Booking& booking) {
  const Coverage& coverage = booking.coverage();
  if (!IsCoverage(booking) || booking.state() != Booking::STATE_APPROVED ||
      coverage.outcome() == Coverage::OUTCOME_OPEN ||
      IsOffice(viewer, store::RootOf(booking.name()))) {
    return absl::OkStatus();
  }
  return Error(absl::StatusCode::kFailedPrecondition, "OUTCOME_RECORDED",
               absl::StrCat("the assessment that ", booking.name(), " pays for took place (",
                            WordOf(coverage.outcome()), ", ", coverage.outcome_date(),
                            "), so that its cost is owed: the office alone calls it off"),
               {{"resource", booking.name()}});
}

absl::Status CheckRoomForMoves(const Booking& booking) {
  if (booking.moves_size() < kMostMovesToGoOn) return absl::OkStatus();
  return Error(absl::StatusCode::kFailedPrecondition, "TOO_MANY_MOVES",
               absl::StrCat(booking.name(), " has ", booking.moves_size(),
                            " moves, so many that it is neither approved anew nor its payment ",
                            "withdrawn: go on with what is left to do"),
               {{"resource", booking.name()}});
}

absl::Status ApproveCoverage(const Context& context, const v1::ApproveBookingRequest& request,
                             Booking* booking, BookingMove* move, FieldErrors& errors) {
  Coverage& coverage = *booking->mutable_coverage();
  if (!request.takes_place().empty()) {
    errors.Add("takes_place", "is not for cost coverages; leave it out");
  }
  RETURN_IF_ERROR(CheckRoomForMoves(*booking));
  Money amount = coverage.has_approved() ? coverage.approved() : coverage.asked();
  if (request.has_amount()) amount = TakeAmount("amount", request.amount(), coverage, errors);
  v1::Programme programme;
  ASSIGN_OR_RETURN(const v1::Offering* offering, OfferingOf(context, *booking, &programme));
  // What was approved stands, also where the offering gives less by now.
  const bool stands = coverage.has_approved() && CentsOf(amount) <= CentsOf(coverage.approved());
  if (offering != nullptr && !stands) {
    CheckWithin("amount", amount, *offering, coverage, errors);
  }
  if (request.budget_year() != 0) {
    CheckBudgetYear(request.budget_year(), context.now, errors);
    coverage.set_budget_year(request.budget_year());
  }
  *coverage.mutable_approved() = amount;
  coverage.clear_invoiced();
  coverage.clear_invoice_number();
  *move->mutable_amount() = amount;
  move->set_budget_year(coverage.budget_year());
  return absl::OkStatus();
}

void ApproveService(const v1::ApproveBookingRequest& request, Booking* booking,
                    FieldErrors& errors) {
  constexpr std::string_view kOnly = "is for cost coverages alone; leave it out";
  if (request.has_amount()) errors.Add("amount", kOnly);
  if (request.budget_year() != 0) errors.Add("budget_year", kOnly);
  CheckDate("takes_place", request.takes_place(), errors);
  if (!request.takes_place().empty()) booking->set_date(request.takes_place());
}

absl::Status TakeInvoice(const v1::RecordInvoiceRequest& request, Booking* booking,
                         BookingMove* move, FieldErrors& errors) {
  Coverage& coverage = *booking->mutable_coverage();
  resource::CheckText(errors, "number", request.number(), 0, 100);
  Money amount = coverage.approved();
  if (request.has_amount()) amount = TakeAmount("amount", request.amount(), coverage, errors);
  if (!errors.empty()) return absl::OkStatus();
  if (CentsOf(amount) > CentsOf(coverage.approved())) {
    return Error(absl::StatusCode::kFailedPrecondition, "ABOVE_APPROVAL",
                 absl::StrCat("the invoice of ", TextOf(amount), " is above the ",
                              TextOf(coverage.approved()), " that are approved of ",
                              booking->name(), ": ApproveBooking with the higher amount comes ",
                              "first, or record what the programme pays of it"),
                 {{"resource", booking->name()}, {"approved", TextOf(coverage.approved())}});
  }
  *coverage.mutable_invoiced() = amount;
  coverage.set_invoice_number(request.number());
  *move->mutable_amount() = amount;
  return absl::OkStatus();
}

}  // namespace clusterwire::catalogue
