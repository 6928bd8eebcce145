#pragma once

#include "services/notification/ledger/deliveries/deliveries.h"
#include "services/notification/ledger/deliveries/statement.h"

namespace clusterwire::notification {

// Adds " AND …" for each condition of the query, its page left aside, to a statement that calls
// deliveries d.
void AddConditions(const DeliveryQuery& query, Statement& statement);

}  // namespace clusterwire::notification
