#pragma once

#include "clusterwire/config/v1/common.pb.h"

#include "libs/base/status/error.h"
#include "libs/identity/identity.h"
#include "libs/service/findings.h"

namespace clusterwire::service {

// Who is believed, by a service's configuration; adds what is wrong to `errors`, by its path.
identity::Options ReadCallers(const config::v1::Listen& listen, const config::v1::Callers& callers,
                              FieldErrors& errors);

// How each issuer stands: parts "issuers/NAME" and "clocks/NAME", the latter where clocks differ.
Findings LookAtIssuers(const identity::Identity& identity);

}  // namespace clusterwire::service
