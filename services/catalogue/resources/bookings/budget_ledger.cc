#include "services/catalogue/resources/bookings/budget_ledger.h"

#include <map>

#include "absl/strings/str_cat.h"

#include "libs/base/status/error.h"
#include "libs/base/text/strings.h"
#include "services/catalogue/common/fields/money.h"
#include "services/catalogue/resources/bookings/booking_moves.h"

namespace clusterwire::catalogue {
namespace {

using google::type::Money;
using v1::Booking;
using v1::Budget;

// An amount in one part of one year's budget.
struct Entry {
  int year;
  Money* (Budget::*part)();
  Money amount;
};

// What a coverage takes, by where its money stands; none: nothing.
std::optional<Entry> EntryOf(const Booking* booking) {
  if (booking == nullptr || !IsCoverage(*booking)) return std::nullopt;
  const v1::Coverage& coverage = booking->coverage();
  switch (booking->state()) {
    case Booking::STATE_APPROVED:
      return Entry{coverage.budget_year(), &Budget::mutable_approved, coverage.approved()};
    case Booking::STATE_INVOICED:
      return Entry{coverage.budget_year(), &Budget::mutable_invoiced, coverage.invoiced()};
    case Booking::STATE_PAID:
      return Entry{coverage.budget_year(), &Budget::mutable_paid, coverage.invoiced()};
    default:
      return std::nullopt;
  }
}

bool SameEntry(const std::optional<Entry>& a, const std::optional<Entry>& b) {
  if (!a || !b) return !a && !b;
  return a->year == b->year && a->part == b->part && CentsOf(a->amount) == CentsOf(b->amount);
}

absl::StatusOr<Budget> BudgetOf(const store::Reader& reader, const std::string& programme,
                                int year) {
  const std::string name = absl::StrCat(programme, "/budgets/", year);
  absl::StatusOr<Budget> budget = reader.Get<Budget>(name);
  if (budget.ok() && !store::IsDeleted(*budget)) return budget;
  if (!budget.ok() && !absl::IsNotFound(budget.status())) return budget;
  return Error(absl::StatusCode::kFailedPrecondition, "NO_BUDGET",
               absl::StrCat(programme, " has no budget for ", year, ": ",
                            budget.ok() ? "UndeleteBudget brings back the one that is deleted"
                                        : "CreateBudget makes one",
                            ", or give another budget_year"),
               {{"resource", name}});
}

// Adds the entry `times`, 1 or -1.
void Add(const Entry& entry, int times, Budget* budget) {
  Money* part = (budget->*entry.part)();
  *part = MoneyOf(budget->given().currency_code(), CentsOf(*part) + times * CentsOf(entry.amount));
}

absl::Status CheckFits(const Entry& entry, const Budget& before, const Budget& after) {
  const std::string& currency = after.given().currency_code();
  if (entry.amount.currency_code() != currency) {
    // An amount in another currency than the coverage's has been refused before.
    return FieldError(
        "budget_year",
        absl::StrCat(after.name(), " is in ", currency, ", and the coverage in ",
                     entry.amount.currency_code(), ": give a year whose budget is in that"));
  }
  if (CommittedOf(after) <= CentsOf(after.given())) return absl::OkStatus();
  return Error(
      absl::StatusCode::kFailedPrecondition, "BUDGET_EXCEEDED",
      absl::StrCat("of the ", TextOf(after.given()), " of ", after.name(), " ",
                   TextOf(before.free()), " is free, and this takes ", TextOf(entry.amount),
                   ": approve less, give more by UpdateBudget, or give another "
                   "budget_year"),
      {{"resource", after.name()}, {"free", TextOf(before.free())}});
}

}  // namespace

absl::Status Charge(store::Writer& writer, const Booking* before, const Booking& next) {
  const std::optional<Entry> old_entry = EntryOf(before);
  const std::optional<Entry> new_entry = EntryOf(&next);
  if (SameEntry(old_entry, new_entry)) return absl::OkStatus();
  const std::string programme(store::RootOf(next.name()));
  std::map<int, Budget> budgets;
  for (const std::optional<Entry>* entry : {&old_entry, &new_entry}) {
    if (!*entry || budgets.contains((*entry)->year)) continue;
    ASSIGN_OR_RETURN(Budget budget, BudgetOf(writer, programme, (*entry)->year));
    budgets.emplace((*entry)->year, std::move(budget));
  }
  if (old_entry) Add(*old_entry, -1, &budgets.at(old_entry->year));
  if (new_entry) {
    Budget& budget = budgets.at(new_entry->year);
    SettleFree(&budget);
    const Budget without = budget;
    Add(*new_entry, 1, &budget);
    RETURN_IF_ERROR(CheckFits(*new_entry, without, budget));
  }
  for (auto& [year, budget] : budgets) {
    SettleFree(&budget);
    RETURN_IF_ERROR(writer.Put(budget, change::KindText(change::v1::CHANGE_KIND_BUDGET_COMMITTED)));
  }
  return absl::OkStatus();
}

int64_t CommittedOf(const Budget& budget) {
  return CentsOf(budget.approved()) + CentsOf(budget.invoiced()) + CentsOf(budget.paid());
}

void SettleFree(Budget* budget) {
  const std::string& currency = budget->given().currency_code();
  for (Money* part :
       {budget->mutable_approved(), budget->mutable_invoiced(), budget->mutable_paid()}) {
    *part = MoneyOf(currency, CentsOf(*part));
  }
  *budget->mutable_free() = MoneyOf(currency, CentsOf(budget->given()) - CommittedOf(*budget));
}

}  // namespace clusterwire::catalogue
