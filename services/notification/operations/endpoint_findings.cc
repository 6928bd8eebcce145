#include "services/notification/operations/endpoint_findings.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include "services/notification/channels/endpoint_kind.h"
#include "services/notification/ledger/deliveries/dead_deliveries.h"
#include "services/notification/resources/subscribers/endpoint_rules.h"

namespace clusterwire::notification {
namespace {

using service::Finding;

constexpr size_t kEndpointsNamed = 5;  // in one finding

// Things to be named in a finding: the first ones, and how many there are.
struct Named {
  size_t count = 0;
  std::vector<std::string> first;

  void Add(const std::string& name, const std::string& why) {
    if (++count <= kEndpointsNamed) first.push_back(absl::StrCat(name, " (", why, ")"));
  }
  std::string ToString() const {
    const size_t more = count - first.size();
    return absl::StrCat(absl::StrJoin(first, ", "),
                        more == 0 ? "" : absl::StrCat(", and ", more, " more"));
  }
};

}  // namespace

Finding LookAtEndpoints(const Interests& interests) {
  size_t all = 0;
  Named off;
  Named unusable;
  interests.ForEachEndpoint([&](const v1::Endpoint& endpoint) {
    if (IsInbox(endpoint.name())) return;
    ++all;
    const EndpointKind* kind = EndpointKindOf(endpoint);
    const std::string trouble = kind == nullptr ? "" : kind->TroubleOf(endpoint);
    if (!trouble.empty()) unusable.Add(endpoint.name(), trouble);
    if (endpoint.state() == v1::Endpoint::STATE_DISABLED) {
      off.Add(endpoint.name(), endpoint.state_reason());
    }
  });
  std::vector<std::string> wrong;
  if (off.count > 0) {
    wrong.push_back(absl::StrCat(off.count, " of ", all, " are switched off: ", off.ToString()));
  }
  if (unusable.count > 0) {
    wrong.push_back(
        absl::StrCat(unusable.count, " of ", all, " can't be used: ", unusable.ToString()));
  }
  if (wrong.empty()) return service::Fine("endpoints", absl::StrCat(all, ", all switched on"));
  return service::Found("endpoints", Finding::SEVERITY_WARNING, absl::StrJoin(wrong, "; "),
                        "Ask the owner of each. TestEndpoint says what its receiver answers now, "
                        "UpdateEndpoint gives "
                        "it a new address, RotateSecret a secret, and EnableEndpoint switches it "
                        "on. ListEndpoints of "
                        "subscribers/- with state STATE_DISABLED lists all that are switched off.");
}

Finding LookAtDeadDeliveries(Ledger& ledger) {
  const auto dead = ledger.Read([](sql::Connection& connection) {
    return CountDeadDeliveries(connection, static_cast<int>(kEndpointsNamed));
  });
  if (!dead.ok()) {
    return service::Broken("deliveries", dead.status(),
                           "Check that the database named by ledger.url (or database.url, where "
                           "that is not set) runs.");
  }
  if (dead->count == 0) return service::Fine("deliveries", "none was given up");
  std::vector<std::string> places;
  int64_t told = 0;
  for (const DeadDeliveries::AtEndpoint& one : dead->most) {
    told += one.count;
    places.push_back(
        absl::StrCat(one.count, " to ", one.endpoint, " (", one.example, ": ", one.reason, ")"));
  }
  if (told < dead->count) places.push_back(absl::StrCat(dead->count - told, " to others"));
  return service::Found(
      "deliveries", Finding::SEVERITY_WARNING,
      absl::StrCat(dead->count, " were given up: ", absl::StrJoin(places, ", ")),
      "ListDeliveries with state STATE_DEAD lists them, ListAttempts says what each receiver "
      "answered. When it is mended, RedriveDelivery sends one again, RedriveDeliveries many; they "
      "go with their records at "
      "the end of retention.records.");
}

}  // namespace clusterwire::notification
