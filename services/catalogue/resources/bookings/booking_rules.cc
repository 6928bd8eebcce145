#include "services/catalogue/resources/bookings/booking_rules.h"

#include <utility>

#include "absl/strings/str_cat.h"

#include "clusterwire/catalogue/v1/cluster.pb.h"

#include "libs/base/random.h"
#include "libs/base/time/date.h"
#include "libs/text/text.h"
#include "services/catalogue/common/dates/calendar.h"
#include "services/catalogue/common/fields/checks.h"
#include "services/catalogue/common/fields/money.h"
#include "services/catalogue/resources/bookings/booking_ask.h"
#include "services/catalogue/resources/bookings/booking_moves.h"
#include "services/catalogue/resources/bookings/booking_steps.h"
#include "services/catalogue/resources/bookings/budget_ledger.h"
#include "services/catalogue/resources/bookings/coverage.h"

namespace clusterwire::catalogue {
namespace {

using google::type::Money;
using v1::Booking;
using v1::BookingMove;
using v1::Coverage;

bool IsTeamOf(const filter::Viewer& viewer, const Booking& booking) {
  return IsTeam(viewer, booking.cluster());
}

std::string_view KindOfMove(const Booking&, const Booking& next) { return KindOfLast(next); }

absl::Status BringBudget(store::Writer& writer, const Booking* before, const Booking& next,
                         const Context&) {
  return Charge(writer, before, next);
}

std::string IdOf(const std::string& name) { return name.substr(name.rfind('/') + 1); }

// Whether what a request may leave out is left out, or as it was.
bool IsSaid(const Money* amount, const std::string& currency, const Money& last) {
  if (amount == nullptr) return true;
  const std::string& given = amount->currency_code();
  return (given.empty() ? currency : given) == last.currency_code() &&
         amount->units() == last.units() && amount->nanos() == last.nanos();
}

bool SaysNothingElse(const Booking&, const BookingMove&) { return true; }
absl::Status DoNothingElse(const Context&, Booking*, BookingMove*, FieldErrors&) {
  return absl::OkStatus();
}

}  // namespace

Rules<Booking> BookingRules() {
  return {.type = "booking",
          .collection = "bookings",
          .parent = "programmes/{programme}",
          .kind_of_creation = &KindOfLast,
          .kind_of_update = &KindOfMove,
          .bring = &BringBudget,
          .moved_by = &IsTeamOf};
}

absl::Status Bookings::CheckAlone(const Asked& asked) {
  FieldErrors errors;
  CheckDate("date", asked.date, errors);
  resource::CheckText(errors, "note", asked.note, asked.least_note, kMostNote);
  // An amount without a currency is in the booking's.
  if (asked.amount != nullptr && !asked.amount->currency_code().empty()) {
    CheckMoney("amount", *asked.amount, errors);
  }
  return errors.ToStatus();
}

absl::StatusOr<Booking> Bookings::Make(const WriteCall& call, const Asked& asked, const Says& says,
                                       const Apply& apply) {
  const auto make = [&](const Context& context, Booking* booking) -> absl::Status {
    if (booking->moves().empty()) return CheckAlone(asked);  // there is none; its name is refused
    ASSIGN_OR_RETURN(const BookingStep step, StepOf(*booking, asked.method));
    RETURN_IF_ERROR(CheckParty(context.viewer, step.move().party, asked.method, booking->name(),
                               booking->cluster()));
    const BookingMove& last = *booking->moves().rbegin();
    if (last.method() == asked.method && last.note() == asked.note &&
        (asked.date.empty() || asked.date == last.date()) && says(*booking, last)) {
      return absl::OkStatus();
    }
    RETURN_IF_ERROR(CheckPossible(step, *booking));
    FieldErrors errors;
    BookingMove move;
    move.set_method(std::string(asked.method));
    move.set_date(TakeDate(asked.date, LastOf(*step.table, *booking).date(), context.now, errors));
    resource::CheckText(errors, "note", asked.note, asked.least_note, kMostNote);
    move.set_note(asked.note);
    move.set_actor(context.viewer.subject);
    RETURN_IF_ERROR(errors.AddFrom(apply(context, booking, &move, errors)));
    RETURN_IF_ERROR(errors.ToStatus());
    if (step.table == &OutcomeMoves()) {
      booking->mutable_coverage()->set_outcome(static_cast<Coverage::Outcome>(step.move().to));
    } else {
      booking->set_state(static_cast<Booking::State>(step.move().to));
    }
    *booking->add_moves() = std::move(move);
    return absl::OkStatus();
  };
  return Modify(call, asked.name, asked.etag, "", make);
}

absl::StatusOr<Booking> Bookings::Ask(const WriteCall& call,
                                      const v1::AskForBookingRequest& request) {
  Booking next;
  next.set_cluster(request.cluster());
  next.set_offering(request.offering());
  std::string id = request.booking_id();
  if (id.empty()) {
    id = resource::WithRandomEnd(
        text::Slug(absl::StrCat(IdOf(request.cluster()), " ", request.offering())),
        Random::System());
  }
  return Create(call, request.parent(), next, id, [&](const Context& context, Booking* booking) {
    return TakeAsk(context, request, booking);
  });
}

absl::StatusOr<Booking> Bookings::Approve(const WriteCall& call,
                                          const v1::ApproveBookingRequest& request) {
  const auto says = [&](const Booking& booking, const BookingMove& last) {
    const std::string& currency = last.amount().currency_code();
    return IsSaid(request.has_amount() ? &request.amount() : nullptr, currency, last.amount()) &&
           (request.budget_year() == 0 || request.budget_year() == last.budget_year()) &&
           (request.takes_place().empty() || request.takes_place() == booking.date());
  };
  return Make(call, AskedBy("ApproveBooking", request), says,
              [&](const Context& context, Booking* booking, BookingMove* move,
                  FieldErrors& errors) -> absl::Status {
                const bool first = booking->state() == Booking::STATE_ASKED;
                if (IsCoverage(*booking)) {
                  RETURN_IF_ERROR(ApproveCoverage(context, request, booking, move, errors));
                } else {
                  ApproveService(request, booking, errors);
                }
                return first && errors.empty() ? CheckApprovable(context, *booking)
                                               : absl::OkStatus();
              });
}

absl::StatusOr<Booking> Bookings::Refuse(const WriteCall& call,
                                         const v1::RefuseBookingRequest& request) {
  Asked asked = AskedBy("RefuseBooking", request);
  asked.least_note = 1;
  return Make(call, asked, &SaysNothingElse, &DoNothingElse);
}

absl::StatusOr<Booking> Bookings::Complete(const WriteCall& call,
                                           const v1::CompleteBookingRequest& request) {
  return Make(call, AskedBy("CompleteBooking", request), &SaysNothingElse,
              [](const Context&, Booking* booking, BookingMove* move, FieldErrors&) {
                booking->set_date(move->date());
                return absl::OkStatus();
              });
}

absl::StatusOr<Booking> Bookings::Cancel(const WriteCall& call,
                                         const v1::CancelBookingRequest& request) {
  return Make(call, AskedBy("CancelBooking", request), &SaysNothingElse,
              [](const Context& context, Booking* booking, BookingMove*, FieldErrors&) {
                return CheckCancellable(context.viewer, *booking);
              });
}

absl::StatusOr<Booking> Bookings::RecordInvoice(const WriteCall& call,
                                                const v1::RecordInvoiceRequest& request) {
  const auto says = [&](const Booking& booking, const BookingMove& last) {
    return IsSaid(request.has_amount() ? &request.amount() : nullptr, last.amount().currency_code(),
                  last.amount()) &&
           (request.number().empty() || request.number() == booking.coverage().invoice_number());
  };
  return Make(call, AskedBy("RecordInvoice", request), says,
              [&](const Context&, Booking* booking, BookingMove* move, FieldErrors& errors) {
                return TakeInvoice(request, booking, move, errors);
              });
}

absl::StatusOr<Booking> Bookings::RecordPayment(const WriteCall& call,
                                                const v1::RecordPaymentRequest& request) {
  return Make(call, AskedBy("RecordPayment", request), &SaysNothingElse, &DoNothingElse);
}

absl::StatusOr<Booking> Bookings::WithdrawPayment(const WriteCall& call,
                                                  const v1::WithdrawPaymentRequest& request) {
  Asked asked = AskedBy("WithdrawPayment", request);
  asked.least_note = 1;
  return Make(call, asked, &SaysNothingElse,
              [](const Context&, Booking* booking, BookingMove*, FieldErrors&) {
                return CheckRoomForMoves(*booking);
              });
}

absl::StatusOr<Booking> Bookings::RecordLabel(const WriteCall& call, const Asked& asked,
                                              const std::string& label, bool renewed) {
  const auto says = [&](const Booking& booking, const BookingMove&) {
    return booking.coverage().label() == label;
  };
  return Make(
      call, asked, says,
      [&](const Context& context, Booking* booking, BookingMove* move, FieldErrors& errors) {
        booking->mutable_coverage()->set_outcome_date(move->date());
        return TakeLabel(context, label, renewed, booking, errors);
      });
}

absl::StatusOr<Booking> Bookings::RecordAward(const WriteCall& call,
                                              const v1::RecordAwardRequest& request) {
  return RecordLabel(call, AskedBy("RecordAward", request), request.label(), false);
}

absl::StatusOr<Booking> Bookings::RecordRenewal(const WriteCall& call,
                                                const v1::RecordRenewalRequest& request) {
  return RecordLabel(call, AskedBy("RecordRenewal", request), request.label(), true);
}

absl::StatusOr<Booking> Bookings::RecordNoAward(const WriteCall& call,
                                                const v1::RecordNoAwardRequest& request) {
  return Make(call, AskedBy("RecordNoAward", request), &SaysNothingElse,
              [](const Context&, Booking* booking, BookingMove* move, FieldErrors&) {
                Coverage& coverage = *booking->mutable_coverage();
                coverage.set_outcome_date(move->date());
                return absl::OkStatus();
              });
}

absl::Status FollowDeletedCluster(store::Writer& writer, const store::Message* before,
                                  const store::Message* after) {
  const auto* cluster = dynamic_cast<const v1::Cluster*>(after);
  if (cluster == nullptr || before == nullptr || store::IsDeleted(*before) ||
      !store::IsDeleted(*cluster)) {
    return absl::OkStatus();
  }
  ASSIGN_OR_RETURN(const auto all, writer.About(cluster->name(), "booking", kMostOfCluster));
  for (const store::Scanned& one : all) {
    const auto& booking = static_cast<const Booking&>(*one.resource);
    if (!IsCoverage(booking) || booking.state() != Booking::STATE_APPROVED ||
        booking.coverage().outcome() != Coverage::OUTCOME_OPEN) {
      continue;
    }
    Booking next = booking;
    next.set_state(Booking::STATE_CANCELLED);
    BookingMove& move = *next.add_moves();
    move.set_method("CancelBooking");
    move.set_date(FormatDay(DayOf(writer.now(), kDefaultZone)));
    move.set_note("The cluster was deleted.");
    RETURN_IF_ERROR(writer.Put(next, KindOfLast(next), cluster->name()));
    RETURN_IF_ERROR(Charge(writer, &booking, next));
  }
  return absl::OkStatus();
}

}  // namespace clusterwire::catalogue
