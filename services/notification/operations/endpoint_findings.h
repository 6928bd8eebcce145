#pragma once

#include "libs/service/findings.h"
#include "services/notification/ledger/ledger.h"
#include "services/notification/resources/subscribers/interests.h"

// What Diagnose says about receivers that need their owners' attention.
namespace clusterwire::notification {

// "endpoints": those that are switched off, and those whose secret can't sign.
service::Finding LookAtEndpoints(const Interests& interests);

// "deliveries": those that were given up.
service::Finding LookAtDeadDeliveries(Ledger& ledger);

}  // namespace clusterwire::notification
