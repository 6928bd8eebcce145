#include "services/notification/ledger/deliveries/troubles.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

#include "libs/base/status/error.h"
#include "libs/base/text/strings.h"
#include "libs/sql/many_rows.h"
#include "services/notification/ledger/ledger.h"

namespace clusterwire::notification {
namespace {

constexpr std::string_view kSelectTrouble =
    "SELECT endpoint, revision, since, last, failing, failures, refused, detail"
    " FROM endpoint_failure";

Trouble TroubleFromRow(const sql::Row& row) {
  return {.endpoint = row.Text(0),
          .revision = row.Int(1),
          .since = absl::FromUnixMicros(row.Int(2)),
          .last = absl::FromUnixMicros(row.Int(3)),
          .failing = absl::Microseconds(row.Int(4)),
          .failures = row.Int(5),
          .refused = row.Int(6),
          .detail = row.Text(7)};
}

}  // namespace

bool IsPresent(const Trouble& trouble, const v1::Endpoint& endpoint) {
  return trouble.revision == endpoint.revision() && endpoint.state() == v1::Endpoint::STATE_ENABLED;
}

std::string Describe(const Trouble& trouble) {
  const std::string since = absl::FormatTime(absl::RFC3339_sec, trouble.since, absl::UTCTimeZone());
  return absl::StrCat("since ", since, ", ", trouble.refused, " events refused, ", trouble.failures,
                      " tries failed; last: ", trouble.detail);
}

void TellTroubles(Ledger& ledger, std::span<v1::Endpoint* const> endpoints) {
  constexpr int kMost = 10'000;
  const auto read = [&](sql::Connection& connection) -> absl::StatusOr<std::vector<Trouble>> {
    if (endpoints.size() != 1) return Troubles(connection).Lasting(kLastingTrouble, kMost);
    ASSIGN_OR_RETURN(Trouble only, Troubles(connection).Find(endpoints[0]->name()));
    return std::vector<Trouble>{std::move(only)};
  };
  if (endpoints.empty()) return;
  const absl::StatusOr<std::vector<Trouble>> troubles = ledger.Read(read);
  if (!troubles.ok()) return;
  for (v1::Endpoint* endpoint : endpoints) {
    const auto found =
        std::ranges::lower_bound(*troubles, endpoint->name(), {}, &Trouble::endpoint);
    if (found == troubles->end() || found->endpoint != endpoint->name()) continue;
    const bool lasts = found->last - found->since >= kLastingTrouble;
    if (lasts && IsPresent(*found, *endpoint)) endpoint->set_trouble(Describe(*found));
  }
}

absl::StatusOr<Trouble> Troubles::Find(std::string_view endpoint) {
  static const std::string kText = absl::StrCat(ToAbsl(kSelectTrouble), " WHERE endpoint = $1");
  ASSIGN_OR_RETURN(const sql::Result found, connection_.Query(kText, {endpoint}));
  if (found.rows.empty()) return NotFoundError(endpoint);
  return TroubleFromRow(found.rows[0]);
}

absl::StatusOr<Trouble> Troubles::Add(const Event& event, absl::Duration longest_gap) {
  absl::StatusOr<Trouble> found = Find(event.endpoint);
  if (!found.ok() && !absl::IsNotFound(found.status())) return found.status();
  Trouble trouble{.endpoint = event.endpoint,
                  .revision = event.revision,
                  .since = event.time,
                  .last = event.time};
  if (found.ok() && found->revision == event.revision) trouble = *std::move(found);
  // The clock may have been set back since.
  trouble.since = std::min(trouble.since, event.time);
  if (event.refused) {
    ++trouble.refused;
  } else {
    ++trouble.failures;
    trouble.failing += std::clamp(event.time - trouble.last, absl::ZeroDuration(), longest_gap);
  }
  trouble.last = event.time;
  trouble.detail = event.detail;
  RETURN_IF_ERROR(connection_.Execute(
      "INSERT INTO endpoint_failure"
      " (endpoint, revision, since, last, failing, failures, refused, detail)"
      " VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (endpoint) DO UPDATE SET"
      " revision = excluded.revision, since = excluded.since, last = excluded.last,"
      " failing = excluded.failing, failures = excluded.failures, refused = excluded.refused,"
      " detail = excluded.detail",
      {trouble.endpoint, trouble.revision, absl::ToUnixMicros(trouble.since),
       absl::ToUnixMicros(trouble.last), absl::ToInt64Microseconds(trouble.failing),
       trouble.failures, trouble.refused, trouble.detail}));
  return trouble;
}

absl::Status Troubles::Clear(const std::set<std::string>& endpoints) {
  static const sql::ManyRows kText("DELETE FROM endpoint_failure WHERE endpoint IN ({rows})", "?");
  return kText.Run(connection_, std::vector<sql::Value>(endpoints.begin(), endpoints.end()))
      .status();
}

absl::StatusOr<std::vector<Trouble>> Troubles::Lasting(absl::Duration least, int limit) {
  static const std::string kText =
      absl::StrCat(ToAbsl(kSelectTrouble), " WHERE last - since >= $1 ORDER BY endpoint LIMIT $2");
  ASSIGN_OR_RETURN(const sql::Result found,
                   connection_.Query(kText, {absl::ToInt64Microseconds(least), limit}));
  std::vector<Trouble> lasting;
  for (const sql::Row& row : found.rows) lasting.push_back(TroubleFromRow(row));
  return lasting;
}

absl::Status Troubles::RemoveOld(absl::Time horizon) {
  return connection_.Execute("DELETE FROM endpoint_failure WHERE last < $1",
                             {absl::ToUnixMicros(horizon)});
}

}  // namespace clusterwire::notification
