#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "clusterwire/notification/v1/hold.pb.h"

#include "libs/sql/connection.h"

namespace clusterwire::notification {

// What operators keep from going out, and what is pending of it. Which channel an endpoint has the
// ledger doesn't know: who asks looks at the endpoints.
class Holds {
 public:
  explicit Holds(sql::Connection& connection) : connection_(connection) {}

  // Adds it, or writes it anew.
  absl::Status Put(const v1::Hold& hold);
  absl::Status Remove(std::string_view name);
  // All that stand, the oldest first.
  absl::StatusOr<std::vector<v1::Hold>> All();
  // NOT_FOUND when there is none.
  absl::StatusOr<v1::Hold> Find(std::string_view name);

  // How much of what it covers is pending, by endpoint, in every channel.
  absl::StatusOr<std::map<std::string, int64_t>> CountPending(const v1::Hold& hold);
  struct Pending {
    std::string delivery;
    std::string endpoint;
  };
  // The same one by one, in the order of their ids, those behind `after`.
  absl::StatusOr<std::vector<Pending>> PendingOf(const v1::Hold& hold, std::string_view after,
                                                 int limit);
  // Suppresses these where they are still pending; gives how many.
  absl::StatusOr<int64_t> Suppress(const std::vector<std::string>& deliveries,
                                   std::string_view reason, absl::Time now);

 private:
  sql::Connection& connection_;
};

}  // namespace clusterwire::notification
