#pragma once

#include <string>

#include "clusterwire/catalogue/v1/budget.pb.h"

#include "services/catalogue/common/resource.h"

namespace clusterwire::catalogue {

// What makes a budget right. What coverages take of it is in budget_ledger.h.
Rules<v1::Budget> BudgetRules();

class Budgets : public Resources<v1::Budget> {
 public:
  explicit Budgets(store::Store& store) : Resources(store, BudgetRules()) {}

  // The year stands in the budget, or is its id.
  absl::StatusOr<v1::Budget> CreateOfYear(const WriteCall& call,
                                          const v1::CreateBudgetRequest& request);
};

}  // namespace clusterwire::catalogue
