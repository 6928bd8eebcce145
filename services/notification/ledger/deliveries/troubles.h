#pragma once

#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "clusterwire/notification/v1/subscriber.pb.h"

#include "libs/sql/connection.h"

namespace clusterwire::notification {

// An endpoint at which nothing succeeded since `since`.
struct Trouble {
  std::string endpoint = {};
  int64_t revision = 0;  // of the endpoint: its owner's next write forgives all
  absl::Time since = {};
  absl::Time last = {};
  // How much of that time its failures cover. A gap between two counts up to a limit, so that a few
  // failures around a long silence are no days of failure.
  absl::Duration failing = absl::ZeroDuration();
  int64_t failures = 0;
  int64_t refused = 0;      // events that it said are wrong: no failures of its own
  std::string detail = {};  // what it said last
};

// After so long the endpoint is named to its owner and to operators.
inline constexpr absl::Duration kLastingTrouble = absl::Hours(24);
// Whether it still stands: the endpoint wasn't written since, and it is switched on.
bool IsPresent(const Trouble& trouble, const v1::Endpoint& endpoint);
// "since 2026-11-29T21:00:00+00:00, 37 events refused, 5 tries failed; last: HTTP 422".
std::string Describe(const Trouble& trouble);

class Ledger;
// Says in each endpoint what trouble it has, if that lasts. What can't be read now is left out.
void TellTroubles(Ledger& ledger, std::span<v1::Endpoint* const> endpoints);

// Since when nothing has succeeded at endpoints; survives restarts, as days matter here.
class Troubles {
 public:
  explicit Troubles(sql::Connection& connection) : connection_(connection) {}

  struct Event {
    std::string endpoint = {};
    int64_t revision = 0;
    absl::Time time = {};
    bool refused = false;  // else it failed
    std::string detail = {};
  };
  // Counts what just happened; of a gap `longest_gap` counts. Gives what there is by now.
  absl::StatusOr<Trouble> Add(const Event& event, absl::Duration longest_gap);
  // After a success, and after the 410 that switches the endpoint off.
  absl::Status Clear(const std::set<std::string>& endpoints);

  absl::StatusOr<Trouble> Find(std::string_view endpoint);  // NOT_FOUND when there is none
  // Those in which nothing succeeded for `least`, by their names.
  absl::StatusOr<std::vector<Trouble>> Lasting(absl::Duration least, int limit);
  // What happened last before `horizon`: of endpoints that are gone, or get nothing any more.
  absl::Status RemoveOld(absl::Time horizon);

 private:
  sql::Connection& connection_;
};

}  // namespace clusterwire::notification
