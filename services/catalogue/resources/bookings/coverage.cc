#include "services/catalogue/resources/bookings/coverage.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include "libs/base/text/strings.h"
#include "libs/base/time/date.h"
#include "services/catalogue/common/dates/calendar.h"
#include "services/catalogue/common/fields/money.h"
#include "services/catalogue/resources/bookings/booking_moves.h"
#include "services/catalogue/resources/labels/label_state.h"

namespace clusterwire::catalogue {
namespace {

using google::type::Money;
using v1::Coverage;
using v1::Offering;

constexpr int kYearsAhead = 5;
// Where neither the label nor its scheme says how long it is valid: as the first labels of the
// ECEI.
constexpr int kUnknownValidityMonths = 24;

// The currency of all that the coverage names; empty: none yet.
std::string CurrencyOf(const Coverage& coverage) {
  return coverage.has_asked() ? coverage.asked().currency_code() : coverage.price().currency_code();
}

Money TakePositive(std::string_view path, const Money& given, const std::string& currency,
                   FieldErrors& errors) {
  Money taken = given;
  if (taken.currency_code().empty()) taken.set_currency_code(currency);
  FieldErrors found;
  CheckMoney(path, taken, found);
  errors.AddAll("", found.ToStatus());
  if (!found.empty()) return taken;
  if (CentsOf(taken) == 0) errors.Add(path, "is nothing; an amount is above 0");
  if (!currency.empty() && taken.currency_code() != currency) {
    errors.Add(absl::StrCat(ToAbsl(path), ".currency_code"),
               absl::StrCat("is ", taken.currency_code(),
                            ", and the amounts of this coverage are in ", currency));
  }
  return taken;
}

// The most that the offering gives, gross; none when it is a share of a price that isn't known.
std::optional<Money> MostOf(const Offering& offering, const Coverage& coverage) {
  const bool priced = coverage.has_price();
  const int64_t price = CentsOf(coverage.price());
  if (offering.has_amount()) {
    const int64_t amount = CentsOf(offering.amount());
    return MoneyOf(offering.amount().currency_code(), priced ? std::min(amount, price) : amount);
  }
  if (!priced) return std::nullopt;
  // Hundredths apart: the product of a price may be more than a number holds.
  const int64_t percent = offering.share_percent();
  return MoneyOf(coverage.price().currency_code(),
                 price / 100 * percent + price % 100 * percent / 100);
}

void TakeLevel(const std::string& level, const Offering& offering, Coverage* coverage,
               FieldErrors& errors) {
  coverage->set_level(level);
  if (level.empty() && offering.levels_size() == 1) {
    coverage->set_level(offering.levels(0));
  } else if (level.empty() && offering.levels_size() > 1) {
    errors.Add("level", absl::StrCat("is required, since ", offering.id(),
                                     " covers several: ", absl::StrJoin(offering.levels(), ", ")));
  } else {
    CheckCovers("level", offering, *coverage, errors);
  }
}

// Price and amount: whether they are fit to be compared.
bool TakeAmounts(const v1::AskForBookingRequest& request, const Offering& offering,
                 Coverage* coverage, FieldErrors& errors) {
  FieldErrors found;
  const std::string currency = offering.amount().currency_code();
  if (request.has_price()) {
    *coverage->mutable_price() = TakePositive("price", request.price(), currency, found);
  } else if (!offering.has_amount()) {
    found.Add("price", absl::StrCat("is required: ", offering.id(), " pays ",
                                    offering.share_percent(), " percent of it"));
  }
  if (request.has_amount()) {
    *coverage->mutable_asked() =
        TakePositive("amount", request.amount(),
                     currency.empty() ? coverage->price().currency_code() : currency, found);
  }
  errors.AddAll("", found.ToStatus());
  return found.empty();
}

}  // namespace

void TakeCoverage(const v1::AskForBookingRequest& request, const Offering& offering, absl::Time now,
                  Coverage* coverage, FieldErrors& errors) {
  coverage->set_scheme(offering.scheme());
  coverage->set_outcome(Coverage::OUTCOME_OPEN);
  TakeLevel(request.level(), offering, coverage, errors);
  if (TakeAmounts(request, offering, coverage, errors)) {
    const Money most = *MostOf(offering, *coverage);
    if (!request.has_amount()) *coverage->mutable_asked() = most;
    if (CentsOf(most) == 0) errors.Add("price", "is so low that nothing of it is paid");
    CheckWithin("amount", coverage->asked(), offering, *coverage, errors);
  }
  const int this_year = static_cast<int>(DayOf(now, kDefaultZone).year());
  coverage->set_budget_year(request.budget_year() == 0 ? this_year : request.budget_year());
  CheckBudgetYear(coverage->budget_year(), now, errors);
}

Money TakeAmount(std::string_view path, const Money& given, const Coverage& coverage,
                 FieldErrors& errors) {
  return TakePositive(path, given, CurrencyOf(coverage), errors);
}

void CheckWithin(std::string_view path, const Money& amount, const Offering& offering,
                 const Coverage& coverage, FieldErrors& errors) {
  const std::optional<Money> most = MostOf(offering, coverage);
  if (!most || most->currency_code() != amount.currency_code()) return;
  if (CentsOf(amount) <= CentsOf(*most)) return;
  errors.Add(path, absl::StrCat(TextOf(amount), " is more than ", offering.id(), " pays, which is ",
                                TextOf(*most),
                                offering.has_amount()
                                    ? ""
                                    : absl::StrCat(": ", offering.share_percent(), " percent of ",
                                                   TextOf(coverage.price()))));
}

void CheckCovers(std::string_view path, const Offering& offering, const Coverage& coverage,
                 FieldErrors& errors) {
  const auto& levels = offering.levels();
  if (coverage.scheme() != offering.scheme()) {
    errors.Add(path, absl::StrCat(offering.id(), " pays for labels of ", offering.scheme(),
                                  " and not of ", coverage.scheme()));
  } else if (levels.empty() && !coverage.level().empty()) {
    errors.Add(path, absl::StrCat(offering.scheme(), " has no levels; leave it empty"));
  } else if (!levels.empty() && std::ranges::count(levels, coverage.level()) == 0) {
    errors.Add(path, absl::StrCat("'", coverage.level(), "' isn't covered by ", offering.id(),
                                  ", which pays for ", absl::StrJoin(levels, ", ")));
  }
}

void CheckBudgetYear(int year, absl::Time now, FieldErrors& errors) {
  const int this_year = static_cast<int>(DayOf(now, kDefaultZone).year());
  if (year >= this_year - 1 && year <= this_year + kYearsAhead) return;
  errors.Add("budget_year", absl::StrCat(year, " is none of the years from ", this_year - 1, " to ",
                                         this_year + kYearsAhead));
}

std::string PeriodEnd(const CodeBook& book, const Coverage& coverage, const v1::Label& label) {
  if (const auto end = ParseDate(label.valid_until()); end.ok()) return FormatDay(end->last);
  v1::Label as_if_first;
  as_if_first.set_level(coverage.level());
  as_if_first.set_assessed(coverage.outcome_date());
  const v1::LabelScheme* scheme = book.FindScheme(coverage.scheme());
  if (scheme != nullptr) {
    if (const auto end = FirstEnd(*scheme, as_if_first)) return FormatDay(*end);
  }
  const auto outcome = ParseDate(coverage.outcome_date());
  return outcome.ok() ? FormatDay(PlusMonths(outcome->last, kUnknownValidityMonths)) : "";
}

absl::Status CheckNotCovered(const v1::Booking& other, const Coverage& coverage,
                             absl::CivilDay today) {
  if (!IsCoverage(other) || IsOff(other) || other.coverage().scheme() != coverage.scheme()) {
    return absl::OkStatus();
  }
  std::string why;
  // A cluster is assessed for one level of a scheme at a time.
  if (other.coverage().outcome() == Coverage::OUTCOME_OPEN) {
    why =
        absl::StrCat("by ", other.name(), " already, whose outcome is open: the office records it ",
                     "by RecordAward, RecordRenewal or RecordNoAward, or cancel that booking");
  } else {
    // Where no label was awarded there is no period that was paid for.
    if (other.coverage().level() != coverage.level()) return absl::OkStatus();
    const auto end = ParseDate(other.coverage().period_end());
    if (!end.ok()) return absl::OkStatus();
    const absl::CivilDay from = PlusMonths(end->last, -kLeadMonths);
    if (today >= from) return absl::OkStatus();
    why = absl::StrCat("by ", other.name(), " until ", other.coverage().period_end(),
                       "; the next can be asked for from ", FormatDay(from), " on");
  }
  return Error(absl::StatusCode::kFailedPrecondition, "COVERED_ALREADY",
               absl::StrCat("the cost of a label of this scheme is covered ", why),
               {{"resource", other.name()}});
}

}  // namespace clusterwire::catalogue
