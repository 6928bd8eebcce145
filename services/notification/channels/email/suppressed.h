#pragma once

#include <span>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

#include "clusterwire/notification/v1/subscriber.pb.h"

#include "libs/sql/connection.h"
#include "services/notification/channels/email/address_key.h"

namespace clusterwire::notification {

class Ledger;

// Why nothing is sent to a mailbox, by its address key; empty: nothing keeps it.
absl::StatusOr<std::string> WhySuppressed(sql::Connection& connection,
                                          std::string_view address_key);

// Says that in each endpoint that is such a mailbox. What can't be read now is left out.
void TellSuppressions(Ledger& ledger, const AddressKey& key,
                      std::span<v1::Endpoint* const> endpoints);

}  // namespace clusterwire::notification
