#include "services/notification/channels/email/suppressed.h"

#include <algorithm>

#include "libs/base/status/error.h"
#include "services/notification/ledger/addresses/suppressions.h"
#include "services/notification/ledger/ledger.h"

namespace clusterwire::notification {

absl::StatusOr<std::string> WhySuppressed(sql::Connection& connection,
                                          std::string_view address_key) {
  ASSIGN_OR_RETURN(const auto found, Suppressions(connection).Find(address_key));
  return found ? Describe(*found) : "";
}

void TellSuppressions(Ledger& ledger, const AddressKey& key,
                      std::span<v1::Endpoint* const> endpoints) {
  const bool any = std::ranges::any_of(
      endpoints, [](const v1::Endpoint* endpoint) { return endpoint->has_email(); });
  if (!any) return;
  const auto tell = [&](sql::Connection& connection) -> absl::Status {
    for (v1::Endpoint* endpoint : endpoints) {
      // Anybody can enter another's address: what is known of it is for who confirmed it.
      if (!endpoint->email().has_verify_time()) continue;
      v1::Email& email = *endpoint->mutable_email();
      ASSIGN_OR_RETURN(const auto found, Suppressions(connection).Find(key.Of(email.address())));
      if (!found) continue;
      email.set_suppression(Describe(*found));
      *email.mutable_suppress_time() = found->create_time();
    }
    return absl::OkStatus();
  };
  ledger.Read(tell).IgnoreError();
}

}  // namespace clusterwire::notification
