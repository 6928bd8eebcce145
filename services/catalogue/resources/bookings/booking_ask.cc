#include "services/catalogue/resources/bookings/booking_ask.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include "clusterwire/catalogue/v1/budget.pb.h"
#include "clusterwire/catalogue/v1/cluster.pb.h"

#include "libs/base/text/strings.h"
#include "libs/base/time/date.h"
#include "services/catalogue/common/dates/calendar.h"
#include "services/catalogue/common/fields/checks.h"
#include "services/catalogue/common/fields/references.h"
#include "services/catalogue/resources/bookings/booking_moves.h"
#include "services/catalogue/resources/bookings/coverage.h"
#include "services/catalogue/resources/memberships/membership_rules.h"
#include "services/catalogue/resources/programmes/eligibility.h"
#include "services/catalogue/resources/programmes/programme_terms.h"

namespace clusterwire::catalogue {
namespace {

using v1::Booking;
using v1::Offering;
using v1::Programme;

// Asked or approved, of one cluster in one programme.
constexpr int kMostOpen = 20;

bool CanBeBooked(const Offering& offering) {
  return offering.kind() == Offering::KIND_CONSULTING ||
         offering.kind() == Offering::KIND_PUBLIC_DISPLAY ||
         offering.kind() == Offering::KIND_COST_COVERAGE;
}

// Those of the cluster in the same programme, without the booking itself.
absl::StatusOr<std::vector<Booking>> OthersOf(const Context& context, const Booking& booking) {
  ASSIGN_OR_RETURN(const std::vector<store::Scanned> all,
                   context.reader.About(booking.cluster(), "booking", kMostOfCluster));
  std::vector<Booking> others;
  for (const store::Scanned& one : all) {
    const auto& other = static_cast<const Booking&>(*one.resource);
    if (store::RootOf(other.name()) != store::RootOf(booking.name())) continue;
    if (other.name() != booking.name()) others.push_back(other);
  }
  return others;
}

absl::Status CheckRunning(const Programme& programme, absl::CivilDay today) {
  const auto end = ParseDate(programme.period().end());
  if (!end.ok() || today <= end->last) return absl::OkStatus();
  return Error(absl::StatusCode::kFailedPrecondition, "PROGRAMME_ENDED",
               absl::StrCat(programme.name(), " ended on ", FormatDay(end->last),
                            ": nothing of it can be booked any more"),
               {{"resource", programme.name()}});
}

absl::Status CheckMember(const Context& context, const Booking& booking, absl::CivilDay today) {
  const std::string programme(store::RootOf(booking.name()));
  ASSIGN_OR_RETURN(const auto cluster, context.reader.Get<v1::Cluster>(booking.cluster()));
  RETURN_IF_ERROR(CheckGoesOn(cluster));
  ASSIGN_OR_RETURN(const bool member,
                   IsMemberOn(context.reader, programme, booking.cluster(), today));
  if (member) return absl::OkStatus();
  return Error(
      absl::StatusCode::kFailedPrecondition, "NOT_A_MEMBER",
      absl::StrCat(booking.cluster(), " is no member of ", programme, " today, and what it ",
                   "offers is for members: the way in is an admission"),
      {{"resource", booking.cluster()}, {"programme", programme}});
}

// Coverage may be for some members alone. What isn't known counts against no cluster: the office
// decides.
absl::Status CheckRecipient(const Context& context, const Offering& offering,
                            const Booking& booking) {
  if (!offering.has_recipients()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const v1::Verdict verdict, VerdictOf(context.reader, context.book,
                                                        offering.recipients(), booking.cluster()));
  if (verdict.outcome() != v1::Verdict::OUTCOME_NOT_MET) return absl::OkStatus();
  return Error(
      absl::StatusCode::kFailedPrecondition, "NOT_A_RECIPIENT",
      absl::StrCat(offering.id(), " is not for ", booking.cluster(), ": ", verdict.reason()),
      {{"resource", booking.cluster()}, {"offering", offering.id()}});
}

absl::Status CheckRoom(const Booking& booking, const std::vector<Booking>& others) {
  const auto open = std::ranges::count_if(others, [](const Booking& other) {
    return other.state() == Booking::STATE_ASKED || other.state() == Booking::STATE_APPROVED;
  });
  if (open < kMostOpen) return absl::OkStatus();
  return Error(absl::StatusCode::kFailedPrecondition, "TOO_MANY_BOOKINGS",
               absl::StrCat(booking.cluster(), " has ", open, " bookings that are asked or ",
                            "approved, the most there may be: CancelBooking ends those that ",
                            "nobody wants any more"),
               {{"resource", booking.cluster()}});
}

// What stands against a booking whose fields are right.
absl::Status CheckAskable(const Context& context, const Programme& programme,
                          const Offering& offering, const Booking& booking) {
  const absl::CivilDay today = DayOf(context.now, kDefaultZone);
  RETURN_IF_ERROR(CheckRunning(programme, today));
  RETURN_IF_ERROR(CheckMember(context, booking, today));
  RETURN_IF_ERROR(CheckRecipient(context, offering, booking));
  ASSIGN_OR_RETURN(const std::vector<Booking> others, OthersOf(context, booking));
  if (IsCoverage(booking)) {
    for (const Booking& other : others) {
      RETURN_IF_ERROR(CheckNotCovered(other, booking.coverage(), today));
    }
  }
  return CheckRoom(booking, others);
}

void CheckAskedCluster(const Context& context, const std::string& cluster, FieldErrors& errors) {
  v1::Cluster found;
  if (!CheckReference("cluster", "clusters/{cluster}", cluster, errors)) return;
  if (!IsThereFor(context.viewer, context.reader, cluster, &found)) {
    errors.Add("cluster", NotThere(context.viewer, context.reader, cluster));
  }
}

void CheckWanted(const std::string& date, absl::Time now, FieldErrors& errors) {
  CheckDate("date", date, errors);
  const auto wanted = ParseDate(date);
  if (wanted.ok() && wanted->last < DayOf(now, kDefaultZone)) {
    errors.Add("date", absl::StrCat("'", date, "' is in the past; it says when it is wanted"));
  }
}

// Null, with a violation, when the programme offers no such thing.
const Offering* AskedOffering(const Programme& programme, const std::string& id,
                              FieldErrors& errors) {
  const Offering* offering = FindOffering(programme, id);
  if (offering != nullptr && CanBeBooked(*offering)) return offering;
  std::vector<std::string> bookable;
  for (const Offering& one : programme.offerings()) {
    if (CanBeBooked(one)) bookable.push_back(one.id());
  }
  errors.Add("offering", absl::StrCat("'", id,
                                      offering == nullptr ? "' is no offering of "
                                                          : "' is nothing to "
                                                            "book of ",
                                      programme.name(),
                                      bookable.empty() ? ", which has none that can be booked"
                                                       : "; these can be booked: ",
                                      absl::StrJoin(bookable, ", ")));
  return nullptr;
}

// What only coverages have.
void CheckNoCoverage(const v1::AskForBookingRequest& request, FieldErrors& errors) {
  constexpr std::string_view kOnly = "is for cost coverages alone; leave it out";
  if (!request.level().empty()) errors.Add("level", kOnly);
  if (request.has_price()) errors.Add("price", kOnly);
  if (request.has_amount()) errors.Add("amount", kOnly);
  if (request.budget_year() != 0) errors.Add("budget_year", kOnly);
}

// What the budget can't pay is no wish that the office could approve.
void CheckBudgetCurrency(const Context& context, const v1::AskForBookingRequest& request,
                         const Booking& booking, FieldErrors& errors) {
  const v1::Coverage& coverage = booking.coverage();
  const auto budget = context.reader.Get<v1::Budget>(
      absl::StrCat(ToAbsl(store::RootOf(booking.name())), "/budgets/", coverage.budget_year()));
  if (!budget.ok() || store::IsDeleted(*budget)) return;
  const std::string& asked = coverage.asked().currency_code();
  const std::string& given = budget->given().currency_code();
  if (asked.empty() || asked == given) return;
  // An offering of so much is in its own currency: then another year has to be found.
  const char* field = request.has_price()    ? "price.currency_code"
                      : request.has_amount() ? "amount.currency_code"
                                             : "budget_year";
  errors.Add(field, absl::StrCat("what is asked for is in ", asked, ", and the programme pays in ",
                                 given, " in ", coverage.budget_year(),
                                 ": ask in that, or give another ", "budget_year"));
}

}  // namespace

absl::Status TakeAsk(const Context& context, const v1::AskForBookingRequest& request,
                     Booking* booking) {
  FieldErrors errors;
  CheckAskedCluster(context, request.cluster(), errors);
  CheckWanted(request.date(), context.now, errors);
  resource::CheckText(errors, "note", request.note(), 0, kMostNote);
  Programme programme;
  // Where there is none the request's parent is named.
  if (!context.reader.Load(store::RootOf(booking->name()), &programme).ok()) {
    return errors.ToStatus();
  }
  const Offering* offering = AskedOffering(programme, request.offering(), errors);
  if (offering == nullptr) return errors.ToStatus();
  booking->set_kind(offering->kind());
  booking->set_title(offering->title());
  booking->set_date(request.date());
  if (IsCoverage(*booking)) {
    TakeCoverage(request, *offering, context.now, booking->mutable_coverage(), errors);
    if (errors.empty()) CheckBudgetCurrency(context, request, *booking, errors);
  } else {
    CheckNoCoverage(request, errors);
  }
  RETURN_IF_ERROR(errors.ToStatus());
  booking->set_state(Booking::STATE_ASKED);
  v1::BookingMove& move = *booking->add_moves();
  move.set_method("AskForBooking");
  move.set_date(FormatDay(DayOf(context.now, kDefaultZone)));
  move.set_note(request.note());
  move.set_actor(context.viewer.subject);
  return CheckAskable(context, programme, *offering, *booking);
}

absl::StatusOr<const Offering*> OfferingOf(const Context& context, const Booking& booking,
                                           Programme* programme) {
  RETURN_IF_ERROR(context.reader.Load(store::RootOf(booking.name()), programme));
  const Offering* offering = FindOffering(*programme, booking.offering());
  return offering != nullptr && offering->kind() == booking.kind() ? offering : nullptr;
}

absl::Status CheckApprovable(const Context& context, const Booking& booking) {
  Programme programme;
  ASSIGN_OR_RETURN(const Offering* offering, OfferingOf(context, booking, &programme));
  const absl::CivilDay today = DayOf(context.now, kDefaultZone);
  RETURN_IF_ERROR(CheckRunning(programme, today));
  RETURN_IF_ERROR(CheckMember(context, booking, today));
  FieldErrors gone;
  if (offering != nullptr && IsCoverage(booking)) {
    CheckCovers("offering", *offering, booking.coverage(), gone);
  }
  if (offering == nullptr || !gone.empty()) {
    return Error(absl::StatusCode::kFailedPrecondition, "OFFERING_GONE",
                 absl::StrCat(programme.name(), " doesn't offer any more what ", booking.name(),
                              " asks for: put it back among the programme's offerings, or refuse ",
                              "the booking"),
                 {{"resource", booking.name()}, {"offering", booking.offering()}});
  }
  return CheckRecipient(context, *offering, booking);
}

absl::Status CheckPeriodUnpaid(const Context& context, const Booking& booking,
                               FieldErrors& errors) {
  ASSIGN_OR_RETURN(const std::vector<Booking> others, OthersOf(context, booking));
  for (const Booking& other : others) {
    const bool same = other.coverage().label() == booking.coverage().label() &&
                      other.coverage().period_end() == booking.coverage().period_end();
    if (!same || IsOff(other)) continue;
    errors.Add("label", absl::StrCat(other.name(), " is the coverage of this label until ",
                                     other.coverage().period_end(),
                                     "; RenewLabel comes first, where it was renewed since"));
  }
  return absl::OkStatus();
}

}  // namespace clusterwire::catalogue
