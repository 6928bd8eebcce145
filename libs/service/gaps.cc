#include "libs/service/gaps.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/substitute.h"

#include "libs/base/status/error.h"
#include "libs/base/text/strings.h"

namespace clusterwire::service {
namespace {

constexpr size_t kNamed = 20;  // partitions in one finding

// Times are microseconds since 1970. An acknowledged row stays, so that numbers go on rising.
constexpr sql::Migration kMigrations[] = {{1, R"sql(
CREATE TABLE topic_gap (
  topic {text} NOT NULL, topic_partition {int} NOT NULL, number {int} NOT NULL,
  acknowledged {int} NOT NULL, cause {int} NOT NULL, first_offset {int} NOT NULL,
  end_offset {int} NOT NULL, history {text} NOT NULL, revision {int} NOT NULL,
  since {int} NOT NULL, noticed {int} NOT NULL, PRIMARY KEY (topic, topic_partition));
)sql"}};

absl::StatusOr<std::vector<Gap>> Read(sql::Connection& connection) {
  ASSIGN_OR_RETURN(
      const sql::Result found,
      connection.Query("SELECT topic, topic_partition, cause, first_offset, end_offset, history,"
                       " revision, since, number, noticed FROM topic_gap WHERE acknowledged = 0"
                       " ORDER BY number, topic, topic_partition"));
  std::vector<Gap> gaps;
  for (const sql::Row& row : found.rows) {
    gaps.push_back({.partition = {row.Text(0), static_cast<int32_t>(row.Int(1))},
                    .cause = static_cast<Gap::Cause>(row.Int(2)),
                    .first_offset = row.Int(3),
                    .end_offset = row.Int(4),
                    .history = row.Text(5),
                    .revision = row.Int(6),
                    .since = absl::FromUnixMicros(row.Int(7)),
                    .number = row.Int(8),
                    .noticed = absl::FromUnixMicros(row.Int(9))});
  }
  return gaps;
}

absl::StatusOr<int64_t> Newest(sql::Connection& connection) {
  ASSIGN_OR_RETURN(const sql::Result found,
                   connection.Query("SELECT COALESCE(MAX(number), 0) FROM topic_gap"));
  return found.rows[0].Int(0);
}

// `gap` with what is missing since an earlier one that isn't acknowledged.
Gap Joined(Gap gap, const Gap& earlier) {
  gap.since = std::min(gap.since, earlier.since);
  gap.revision = gap.history == earlier.history ? std::min(gap.revision, earlier.revision) : 0;
  if (gap.cause == earlier.cause) {
    gap.first_offset = std::min(gap.first_offset, earlier.first_offset);
    gap.end_offset = std::max(gap.end_offset, earlier.end_offset);
  }
  return gap;
}

std::string Words(const Gap& gap) {
  const std::string partition = kafka::ToString(gap.partition);
  const std::string noticed = absl::StrCat(
      ", noticed ", absl::FormatTime("%Y-%m-%d %H:%M:%S UTC", gap.noticed, absl::UTCTimeZone()));
  if (gap.cause == Gap::Cause::kForgotten) {
    return absl::StrCat(partition, " forgot the offsets from ", gap.first_offset, " to ",
                        gap.end_offset - 1, " before they were read", noticed);
  }
  return absl::StrCat(partition, " was made anew or cut off: what stood there from offset ",
                      gap.first_offset, " on is gone", noticed);
}

}  // namespace

absl::Status Gaps::CreateTable(sql::Database& database) {
  return sql::Migrate(database, "topic_gap", kMigrations);
}

absl::Status Gaps::Note(Gap gap, absl::Time now) {
  ASSIGN_OR_RETURN(const std::vector<Gap> open, Read(connection_));
  const auto earlier = std::ranges::find(open, gap.partition, &Gap::partition);
  if (earlier != open.end()) gap = Joined(std::move(gap), *earlier);
  ASSIGN_OR_RETURN(const int64_t newest, Newest(connection_));
  return connection_.Execute(
      "INSERT INTO topic_gap (topic, topic_partition, number, acknowledged, cause, first_offset,"
      " end_offset, history, revision, since, noticed)"
      " VALUES ($1, $2, $3, 0, $4, $5, $6, $7, $8, $9, $10)"
      " ON CONFLICT (topic, topic_partition) DO UPDATE SET number = excluded.number,"
      " acknowledged = 0, cause = excluded.cause, first_offset = excluded.first_offset,"
      " end_offset = excluded.end_offset, history = excluded.history,"
      " revision = excluded.revision, since = excluded.since, noticed = excluded.noticed",
      {gap.partition.topic, gap.partition.partition, newest + 1, static_cast<int>(gap.cause),
       gap.first_offset, gap.end_offset, gap.history, gap.revision, absl::ToUnixMicros(gap.since),
       absl::ToUnixMicros(now)});
}

absl::StatusOr<std::vector<Gap>> Gaps::Open() { return Read(connection_); }

absl::StatusOr<int64_t> Gaps::Acknowledge(int64_t through) {
  ASSIGN_OR_RETURN(const int64_t newest, Newest(connection_));
  if (through < 1 || through > newest) {
    return FieldError("through", newest == 0
                                     ? "no gap was ever noticed; there is nothing to acknowledge"
                                     : absl::StrCat("must be the number of a gap, from 1 to ",
                                                    newest, "; Diagnose shows it, part gaps"));
  }
  ASSIGN_OR_RETURN(const sql::Result done,
                   connection_.Query("UPDATE topic_gap SET acknowledged = 1"
                                     " WHERE acknowledged = 0 AND number <= $1",
                                     {through}));
  return done.affected;
}

std::string RewindArguments(const std::vector<Gap>& gaps) {
  const auto unlike = [&](const Gap& gap) {
    return gap.revision == 0 || gap.history != gaps.front().history;
  };
  // Revisions of one history say it to the change; else the time does.
  if (std::ranges::none_of(gaps, unlike)) {
    const Gap& first = *std::ranges::min_element(gaps, {}, &Gap::revision);
    return absl::StrCat("{\"after_revision\":", first.revision, "}");
  }
  const Gap& first = *std::ranges::min_element(gaps, {}, &Gap::since);
  return absl::StrCat("{\"start_time\":\"",
                      absl::FormatTime("%Y-%m-%d%ET%H:%M:%SZ", first.since, absl::UTCTimeZone()),
                      "\"}");
}

Finding LookAtGaps(sql::Database& database, std::string_view remedy) {
  const auto gaps =
      sql::InTransaction(database, sql::Transaction::Kind::kRead,
                         [](sql::Connection& connection) { return Gaps(connection).Open(); });
  if (!gaps.ok()) return Broken("gaps", gaps.status(), "see the database");
  if (gaps->empty()) return Fine("gaps", "no change was lost that isn't acknowledged");
  std::string text = "changes were lost on their way: ";
  for (size_t i = 0; i < std::min(gaps->size(), kNamed); ++i) {
    absl::StrAppend(&text, i == 0 ? "" : "; ", Words((*gaps)[i]));
  }
  if (gaps->size() > kNamed) {
    absl::StrAppend(&text, "; and ", gaps->size() - kNamed, " partitions more");
  }
  return Found("gaps", Finding::SEVERITY_ERROR, std::move(text),
               absl::StrCat(absl::Substitute(ToAbsl(remedy), RewindArguments(*gaps)),
                            "; then AcknowledgeGaps of this service with {\"through\":",
                            gaps->back().number, "}"));
}

}  // namespace clusterwire::service
