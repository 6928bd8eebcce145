#include "absl/strings/str_cat.h"

#include "clusterwire/catalogue/v1/booking.pb.h"

#include "services/catalogue/common/catalogue_type.h"
#include "services/catalogue/common/fields/facts_fields.h"
#include "services/catalogue/common/fields/money.h"
#include "services/catalogue/resources/bookings/booking_moves.h"
#include "services/catalogue/resources/bookings/booking_rules.h"
#include "services/catalogue/resources/labels/label_scheme_rules.h"
#include "services/catalogue/resources/programmes/programme_terms.h"

namespace clusterwire::catalogue {
namespace {

using v1::Booking;
using v1::Coverage;

std::string ProgrammeOf(const Booking& booking) {
  return std::string(store::RootOf(booking.name()));
}

std::string OutcomeText(const Coverage& coverage) {
  switch (coverage.outcome()) {
    case Coverage::OUTCOME_AWARDED:
      return absl::StrCat("The label was awarded on ", coverage.outcome_date(), ".");
    case Coverage::OUTCOME_RENEWED:
      return absl::StrCat("The label was renewed on ", coverage.outcome_date(), ".");
    case Coverage::OUTCOME_NOT_AWARDED:
      return absl::StrCat("The label was not awarded, on ", coverage.outcome_date(), ".");
    default:
      return "";
  }
}

// "EUR 4,307.80 approved of the budget of 2026. The label was awarded on 2026-05-13."
std::string CoverageText(const Booking& booking) {
  const Coverage& coverage = booking.coverage();
  const auto& amount = coverage.has_invoiced()   ? coverage.invoiced()
                       : coverage.has_approved() ? coverage.approved()
                                                 : coverage.asked();
  const std::string money = absl::StrCat(TextOf(amount), " ", MoneyMoves().WordOf(booking.state()),
                                         ", budget of ", coverage.budget_year(), ".");
  return Joined({money, OutcomeText(coverage)}, " ");
}

facts::Facts Own(const Booking& booking, const CodeBook& codes) {
  facts::Facts facts = Described("booking", booking);
  const std::string programme = ProgrammeOf(booking);
  facts.set_kind(WordOf(booking.kind()));
  if (IsCoverage(booking)) {
    const Coverage& coverage = booking.coverage();
    facts.set_title(
        absl::StrCat("Cost of ", codes.TitleOfLabel(coverage.scheme(), coverage.level())));
    facts.set_summary(CoverageText(booking));
    facts.set_text(Joined({booking.title(), WordOf(coverage.outcome())}, " "));
  } else {
    facts.set_summary(
        absl::StrCat(booking.state() == Booking::STATE_COMPLETED ? "Took place" : "To take place",
                     ": ", booking.date().empty() ? "no date yet" : booking.date(), "."));
  }
  if (!booking.date().empty()) {
    facts.mutable_period()->set_start(booking.date());
    facts.mutable_period()->set_end(booking.date());
  }
  facts.set_parent(programme);
  AddSorted({booking.cluster()}, facts.mutable_clusters());
  AddSorted({programme}, facts.mutable_programmes());
  RestrictTo({programme, booking.cluster()}, &facts);
  return facts;
}

std::vector<std::string> Links(const Booking& booking) { return {booking.cluster()}; }

std::vector<std::string> Uses(const store::Message& message) {
  const auto& booking = static_cast<const Booking&>(message);
  std::vector<std::string> uses;
  const bool open = !IsOff(booking) && booking.state() != Booking::STATE_COMPLETED &&
                    booking.state() != Booking::STATE_PAID;
  if (open) uses.push_back(OfferingUse(ProgrammeOf(booking), booking.offering()));
  if (IsCoverage(booking)) {
    uses.push_back(booking.coverage().scheme());
    uses.push_back(LevelUse(booking.coverage().scheme(), booking.coverage().level()));
  }
  return uses;
}

}  // namespace

CatalogueType BookingType() {
  return {
      .type = facts::MakeType<Booking, CodeBook>(
          "booking", "programmes/{programme}/bookings/{booking}", {.own = &Own, .links = &Links}),
      .uses = &Uses,
      .follow = &FollowDeletedCluster};
}

}  // namespace clusterwire::catalogue
