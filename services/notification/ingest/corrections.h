#pragma once

#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "libs/sql/connection.h"
#include "services/notification/ledger/deliveries/deliveries.h"
#include "services/notification/ledger/records/records.h"
#include "services/notification/resources/subscribers/interests.h"

// Invitations to events, as far as ingest keeps them: who is about to get one, and whose calendar
// a change makes wrong although their filter has nothing to do with it.
namespace clusterwire::notification {

// A subscription that has something to set right in a calendar.
struct Correction {
  std::string subscription;
  int64_t made = 0;
  std::string endpoint;
};

// Of the subscriptions that invited to the event and aren't among the `matched`, those where what
// the calendar was told is no longer right.
absl::StatusOr<std::vector<Correction>> CorrectionsOf(sql::Connection& connection,
                                                      const Interests& interests,
                                                      const change::v1::ResourceChanged& change,
                                                      const std::set<std::string_view>& matched);

// Notes those of the deliveries, about to be inserted, that will invite to the record's event.
absl::Status ExpectInvitations(sql::Connection& connection, const Interests& interests,
                               const KeptRecord& record,
                               std::span<const PendingDelivery> deliveries);

}  // namespace clusterwire::notification
