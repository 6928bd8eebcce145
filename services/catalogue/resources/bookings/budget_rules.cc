#include "services/catalogue/resources/bookings/budget_rules.h"

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

#include "services/catalogue/common/fields/money.h"
#include "services/catalogue/resources/bookings/budget_ledger.h"

namespace clusterwire::catalogue {
namespace {

using v1::Budget;

constexpr int kFirstBudgetYear = 2000;
constexpr int kLastBudgetYear = 2100;

std::string IdOf(const Budget& budget) {
  return budget.name().substr(budget.name().rfind('/') + 1);
}

std::string CommittedText(const Budget& budget) {
  return absl::StrCat(TextOf(MoneyOf(budget.given().currency_code(), CommittedOf(budget))), " of ",
                      budget.name(), " is approved, invoiced or paid");
}

absl::Status Committed(const Budget& budget, const std::string& remedy) {
  return Error(absl::StatusCode::kFailedPrecondition, "BUDGET_COMMITTED",
               absl::StrCat(CommittedText(budget), ": ", remedy), {{"resource", budget.name()}});
}

absl::Status Check(const Budget* before, const Budget& budget, const Context&,
                   FieldErrors& errors) {
  if (budget.year() < kFirstBudgetYear || budget.year() > kLastBudgetYear) {
    errors.Add("budget.year",
               absl::StrCat(budget.year(), " is none of the years from ", kFirstBudgetYear, " to ",
                            kLastBudgetYear, "; or give the year as budget_id"));
  } else if (IdOf(budget) != absl::StrCat(budget.year())) {
    errors.Add("budget_id", absl::StrCat("'", IdOf(budget), "' is not the year of the budget, ",
                                         budget.year(), "; leave one of them out"));
  }
  CheckMoney("budget.given", budget.given(), errors);
  if (before == nullptr || !errors.empty() || CommittedOf(*before) == 0) return absl::OkStatus();
  if (budget.given().currency_code() != before->given().currency_code()) {
    return Committed(*before, absl::StrCat("it stays in ", before->given().currency_code()));
  }
  if (CentsOf(budget.given()) < CommittedOf(*before)) {
    return Committed(*before, absl::StrCat("give no less, and not ", TextOf(budget.given()),
                                           ", or cancel some of what is approved first"));
  }
  return absl::OkStatus();
}

// An amount is taken whole, and it stays in the currency that it is in.
absl::Status TakeCurrency(const Budget& before, Budget* next) {
  if (next->has_given() && next->given().currency_code().empty()) {
    next->mutable_given()->set_currency_code(before.given().currency_code());
  }
  return absl::OkStatus();
}

void Settle(const Context&, Budget* budget) { SettleFree(budget); }

absl::Status CheckUncommitted(const Budget& budget, const Context&) {
  if (CommittedOf(budget) == 0) return absl::OkStatus();
  return Committed(budget, "it can't be deleted");
}

}  // namespace

Rules<Budget> BudgetRules() {
  return {.type = "budget",
          .collection = "budgets",
          .parent = "programmes/{programme}",
          .output_only = {"approved", "invoiced", "paid", "free"},
          .create_only = {"year"},
          .suggest_id = [](const Budget& budget) { return absl::StrCat(budget.year()); },
          .check = &Check,
          .correct = &TakeCurrency,
          .settle = &Settle,
          .check_unused = &CheckUncommitted};
}

absl::StatusOr<Budget> Budgets::CreateOfYear(const WriteCall& call,
                                             const v1::CreateBudgetRequest& request) {
  Budget budget = request.budget();
  int year = 0;
  if (budget.year() == 0 && absl::SimpleAtoi(request.budget_id(), &year)) budget.set_year(year);
  return Create(call, request.parent(), budget, request.budget_id());
}

}  // namespace clusterwire::catalogue
