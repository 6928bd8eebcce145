#include "services/catalogue/changes/topic_watch.h"

#include <algorithm>

#include "libs/base/status/error.h"
#include "libs/service/gaps.h"
#include "libs/telemetry/log.h"

namespace clusterwire::catalogue {
namespace {

constexpr sql::Migration kMigrations[] = {{1, R"sql(
CREATE TABLE relay_end (
  topic {text} NOT NULL, topic_partition {int} NOT NULL, end_offset {int} NOT NULL,
  PRIMARY KEY (topic, topic_partition));
)sql"}};

}  // namespace

absl::Status TopicWatch::CreateTables(sql::Database& database) {
  RETURN_IF_ERROR(service::Gaps::CreateTable(database));
  return sql::Migrate(database, "relay", kMigrations);
}

absl::Status TopicWatch::Load() {
  ASSIGN_OR_RETURN(const sql::Lease connection, database_.Acquire());
  ASSIGN_OR_RETURN(
      const sql::Result found,
      connection->Query("SELECT topic_partition, end_offset FROM relay_end WHERE topic = $1",
                        {options_.topic}));
  ends_.clear();
  for (const sql::Row& row : found.rows) ends_[static_cast<int32_t>(row.Int(0))] = row.Int(1);
  kept_ = ends_;
  return absl::OkStatus();
}

absl::Status TopicWatch::Acknowledged(
    const std::map<kafka::TopicPartition, kafka::Producer::Range>& ranges) {
  for (const auto& [partition, range] : ranges) {
    if (partition.topic != options_.topic) continue;
    RETURN_IF_ERROR(See(partition.partition, range.first));
    int64_t& end = ends_[partition.partition];
    end = std::max(end, range.last + 1);
  }
  return absl::OkStatus();
}

absl::Status TopicWatch::Compare(const std::vector<int64_t>& ends) {
  for (size_t i = 0; i < ends.size(); ++i) {
    RETURN_IF_ERROR(See(static_cast<int32_t>(i), ends[i]));
    ends_[static_cast<int32_t>(i)] = ends[i];
  }
  return Keep();
}

absl::Status TopicWatch::See(int32_t partition, int64_t offset) {
  const int64_t known = ends_[partition];
  if (offset >= known) return absl::OkStatus();
  telemetry::LogError("the topic has lost records that were sent", {{"topic", options_.topic},
                                                                    {"partition", partition},
                                                                    {"ended_at", known},
                                                                    {"goes_on_at", offset}});
  const absl::Time now = clock_.Now();
  const service::Gap gap = {.partition = {options_.topic, partition},
                            .cause = service::Gap::Cause::kMadeAnew,
                            .first_offset = offset,
                            .end_offset = known,
                            .since = now - options_.retention};
  const auto note = [&](sql::Connection& connection) -> absl::Status {
    RETURN_IF_ERROR(service::Gaps(connection).Note(gap, now));
    return connection.Execute(
        "UPDATE relay_end SET end_offset = $3 WHERE topic = $1 AND topic_partition = $2",
        {options_.topic, partition, offset});
  };
  RETURN_IF_ERROR(sql::InTransaction(database_, sql::Transaction::Kind::kWrite, note));
  ends_[partition] = kept_[partition] = offset;
  return absl::OkStatus();
}

absl::Status TopicWatch::Keep() {
  if (ends_ == kept_) return absl::OkStatus();
  const auto keep = [&](sql::Connection& connection) -> absl::Status {
    for (const auto& [partition, end] : ends_) {
      const auto kept = kept_.find(partition);
      if (kept != kept_.end() && kept->second == end) continue;
      RETURN_IF_ERROR(connection.Execute(
          "INSERT INTO relay_end (topic, topic_partition, end_offset) VALUES ($1, $2, $3)"
          " ON CONFLICT (topic, topic_partition) DO UPDATE SET end_offset = excluded.end_offset",
          {options_.topic, partition, end}));
    }
    return absl::OkStatus();
  };
  RETURN_IF_ERROR(sql::InTransaction(database_, sql::Transaction::Kind::kWrite, keep));
  kept_ = ends_;
  return absl::OkStatus();
}

}  // namespace clusterwire::catalogue
