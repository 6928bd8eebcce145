#include "services/notification/ledger/addresses/suppressions.h"

#include <algorithm>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

#include "libs/base/status/error.h"
#include "libs/base/text/strings.h"
#include "libs/base/time/clock.h"

namespace clusterwire::notification {
namespace {

constexpr char kSuppressionPrefix[] = "suppressions/";
constexpr size_t kKeyBytes = 16;
constexpr char kSelectSuppression[] = "SELECT address_key, reason, since, detail FROM suppression";

v1::Suppression SuppressionFromRow(const sql::Row& row) {
  v1::Suppression suppression;
  suppression.set_name(SuppressionName(row.Bytes(0)));
  suppression.set_reason(static_cast<v1::Suppression::Reason>(row.Int(1)));
  *suppression.mutable_create_time() = ToTimestamp(absl::FromUnixMicros(row.Int(2)));
  suppression.set_detail(row.Text(3));
  return suppression;
}

v1::Suppression::Reason ReasonFor(Suppressions::Kind kind) {
  switch (kind) {
    case v1::ReportBounceRequest::KIND_HARD:
      return v1::Suppression::REASON_HARD_BOUNCE;
    case v1::ReportBounceRequest::KIND_COMPLAINT:
      return v1::Suppression::REASON_COMPLAINT;
    default:
      return v1::Suppression::REASON_SOFT_BOUNCES;
  }
}

const char* InWords(v1::Suppression::Reason reason) {
  switch (reason) {
    case v1::Suppression::REASON_HARD_BOUNCE:
      return "its server says that there is no such mailbox";
    case v1::Suppression::REASON_COMPLAINT:
      return "its reader complained of a mail";
    default:
      return "mails to it came back for days";
  }
}

}  // namespace

std::string SuppressionName(std::string_view address_key) {
  return absl::StrCat(kSuppressionPrefix, absl::BytesToHexString(ToAbsl(address_key)));
}

std::string AddressKeyOf(std::string_view suppression) {
  const absl::string_view name = ToAbsl(suppression);
  if (!absl::StartsWith(name, kSuppressionPrefix)) return "";
  const std::string key = absl::HexStringToBytes(name.substr(sizeof kSuppressionPrefix - 1));
  return key.size() == kKeyBytes && SuppressionName(key) == suppression ? key : "";
}

std::string Describe(const v1::Suppression& suppression) {
  const absl::Time since = ToTime(suppression.create_time());
  return absl::StrCat(InWords(suppression.reason()), " (since ",
                      absl::FormatTime(absl::RFC3339_sec, since, absl::UTCTimeZone()), ")",
                      suppression.detail().empty() ? "" : ": ", suppression.detail());
}

absl::StatusOr<bool> Suppressions::Add(std::string_view address_key, Kind kind,
                                       std::string_view detail, absl::Time now) {
  const sql::Bytes key{std::string(address_key)};
  ASSIGN_OR_RETURN(const auto known, Find(address_key));
  if (known) return true;
  if (kind == v1::ReportBounceRequest::KIND_SOFT) {
    ASSIGN_OR_RETURN(const bool enough, AddSoft(key, now));
    if (!enough) return false;
  }
  RETURN_IF_ERROR(connection_.Execute(
      "INSERT INTO suppression (address_key, reason, since, detail) VALUES ($1, $2, $3, $4)"
      " ON CONFLICT (address_key) DO NOTHING",
      {key, static_cast<int>(ReasonFor(kind)), absl::ToUnixMicros(now), std::string(detail)}));
  return true;
}

absl::StatusOr<bool> Suppressions::AddSoft(const sql::Bytes& key, absl::Time now) {
  ASSIGN_OR_RETURN(
      const sql::Result found,
      connection_.Query("SELECT first, last, bounces FROM soft_bounce WHERE address_key = $1",
                        {key}));
  absl::Time first = now;
  int64_t bounces = 1;
  if (!found.rows.empty() && now - absl::FromUnixMicros(found.rows[0].Int(1)) < kForgotten) {
    first = std::min(now, absl::FromUnixMicros(found.rows[0].Int(0)));
    bounces += found.rows[0].Int(2);
  }
  RETURN_IF_ERROR(connection_.Execute(
      "INSERT INTO soft_bounce (address_key, first, last, bounces) VALUES ($1, $2, $3, $4)"
      " ON CONFLICT (address_key) DO UPDATE SET first = excluded.first, last = excluded.last,"
      " bounces = excluded.bounces",
      {key, absl::ToUnixMicros(first), absl::ToUnixMicros(now), bounces}));
  return bounces >= kSoft && now - first >= kSoftSpan;
}

absl::StatusOr<std::optional<v1::Suppression>> Suppressions::Find(std::string_view address_key) {
  static const std::string kText = absl::StrCat(kSelectSuppression, " WHERE address_key = $1");
  ASSIGN_OR_RETURN(const sql::Result found,
                   connection_.Query(kText, {sql::Bytes{std::string(address_key)}}));
  if (found.rows.empty()) return std::nullopt;
  return SuppressionFromRow(found.rows[0]);
}

absl::StatusOr<std::vector<v1::Suppression>> Suppressions::List(std::string_view after, int limit) {
  static const std::string kText =
      absl::StrCat(kSelectSuppression, " WHERE address_key > $1 ORDER BY address_key LIMIT $2");
  ASSIGN_OR_RETURN(const sql::Result found,
                   connection_.Query(kText, {sql::Bytes{AddressKeyOf(after)}, limit}));
  std::vector<v1::Suppression> suppressions;
  for (const sql::Row& row : found.rows) suppressions.push_back(SuppressionFromRow(row));
  return suppressions;
}

absl::Status Suppressions::Remove(std::string_view name) {
  const sql::Bytes key{AddressKeyOf(name)};
  ASSIGN_OR_RETURN(const sql::Result removed,
                   connection_.Query("DELETE FROM suppression WHERE address_key = $1", {key}));
  if (removed.affected == 0) return NotFoundError(name);
  return connection_.Execute("DELETE FROM soft_bounce WHERE address_key = $1", {key});
}

absl::Status Suppressions::RemoveOld(absl::Time now) {
  return connection_.Execute("DELETE FROM soft_bounce WHERE last < $1",
                             {absl::ToUnixMicros(now - kForgotten)});
}

}  // namespace clusterwire::notification
