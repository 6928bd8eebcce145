#pragma once

#include "clusterwire/catalogue/v1/booking.pb.h"
#include "clusterwire/catalogue/v1/budget.pb.h"

#include "services/catalogue/common/resource.h"

// What coverages take of budgets. Only this file moves amounts from one part of a budget to
// another.
namespace clusterwire::catalogue {

// Brings the budgets to what the coverage takes of them as `next`, and no more as `before`; null:
// it is new. In the same write as the move itself: writes are serial, so that two approvals can't
// spend the same amount. FAILED_PRECONDITION, reason NO_BUDGET or BUDGET_EXCEEDED; a violation of
// amount.currency_code when the budget is in another currency.
absl::Status Charge(store::Writer& writer, const v1::Booking* before, const v1::Booking& next);

// What is approved, invoiced and paid of it, in cents.
int64_t CommittedOf(const v1::Budget& budget);
// Derives what is free of it from the other amounts, which become amounts of its currency.
void SettleFree(v1::Budget* budget);

}  // namespace clusterwire::catalogue
