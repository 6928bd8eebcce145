#include "absl/strings/str_cat.h"

#include "clusterwire/catalogue/v1/booking.pb.h"

#include "libs/base/text/strings.h"
#include "libs/change/wording.h"
#include "libs/text/language.h"
#include "services/catalogue/common/catalogue_type.h"
#include "services/catalogue/common/dates/periods.h"
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

using text::In;
using text::Language;

// The day is that on which it was known: the label says itself since when it holds.
std::string OutcomeIn(Language language, const Coverage& coverage) {
  const std::string of = absl::StrCat(ToAbsl(In(language, "Outcome of ", "Ergebnis vom ")),
                                      SummaryDate(language, coverage.outcome_date()), ": ");
  switch (coverage.outcome()) {
    case Coverage::OUTCOME_AWARDED:
      return of + std::string(In(language, "the label was awarded.", "Das Label wurde vergeben."));
    case Coverage::OUTCOME_RENEWED:
      return of +
             std::string(In(language, "the label was renewed.", "Das Label wurde verlängert."));
    case Coverage::OUTCOME_NOT_AWARDED:
      return of + std::string(In(language, "the label was not awarded.",
                                 "Das Label wurde nicht vergeben."));
    default:
      return "";
  }
}

// "EUR 4,307.80 approved, budget of 2026. Outcome of 2026-05-13: the label was awarded."
std::string CoverageIn(Language language, const Booking& booking) {
  const Coverage& coverage = booking.coverage();
  const auto& amount = coverage.has_invoiced()   ? coverage.invoiced()
                       : coverage.has_approved() ? coverage.approved()
                                                 : coverage.asked();
  const std::string state = MoneyMoves().WordOf(booking.state());
  const std::string money = absl::StrCat(
      TextIn(language, amount), " ",
      language == Language::kGerman ? change::WordCalled("states", "booking", state, language)
                                    : state,
      ToAbsl(In(language, ", budget of ", ", Budget von ")), coverage.budget_year(), ".");
  return Joined({money, OutcomeIn(language, coverage)}, " ");
}

// Of what isn't money: "To take place: 2026-05-13."
std::string ServiceIn(Language language, const Booking& booking) {
  std::string_view what = In(language, "To take place: ", "Soll stattfinden: ");
  if (booking.state() == Booking::STATE_COMPLETED) {
    what = In(language, "Took place: ", "Fand statt: ");
  } else if (IsOff(booking)) {
    what = In(language, "Was to take place: ", "Sollte stattfinden: ");
  }
  const std::string date = booking.date().empty()
                               ? std::string(In(language, "no date yet", "noch ohne Termin"))
                               : SummaryDate(language, booking.date());
  return absl::StrCat(ToAbsl(what), date, ".");
}

std::string SummaryIn(Language language, const Booking& booking) {
  return IsCoverage(booking) ? CoverageIn(language, booking) : ServiceIn(language, booking);
}

facts::Facts Own(const Booking& booking, const CodeBook& codes) {
  facts::Facts facts = Described("booking", booking);
  const std::string programme = ProgrammeOf(booking);
  facts.set_kind(WordOf(booking.kind()));
  if (IsCoverage(booking)) {
    const Coverage& coverage = booking.coverage();
    facts.set_title(
        absl::StrCat("Cost of ", codes.TitleOfLabel(coverage.scheme(), coverage.level())));
    facts.set_text(Joined({booking.title(), WordOf(coverage.outcome())}, " "));
  }
  facts.set_summary(SummaryIn(Language::kEnglish, booking));
  facts.set_summary_de(SummaryIn(Language::kGerman, booking));
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
