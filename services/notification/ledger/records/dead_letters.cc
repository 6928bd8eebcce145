#include "services/notification/ledger/records/dead_letters.h"

#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

#include "libs/base/status/error.h"
#include "libs/base/text/strings.h"
#include "libs/base/time/clock.h"
#include "services/notification/ledger/deliveries/statement.h"

namespace clusterwire::notification {
namespace {

constexpr std::string_view kDeadLetterPrefix = "deadLetters/";
constexpr size_t kErrorBytes = 1000;  // which may quote anything
constexpr char kWhere[] = " WHERE topic = $1 AND topic_partition = $2 AND topic_offset = $3";

struct Origin {
  kafka::TopicPartition from;
  int64_t offset = 0;
};

// Topics may have full stops in their names, partitions and offsets not.
absl::StatusOr<Origin> ParseName(std::string_view name) {
  Origin origin;
  const size_t last = name.rfind('.');
  const size_t first = last == 0 || last == std::string_view::npos ? std::string_view::npos
                                                                   : name.rfind('.', last - 1);
  if (!name.starts_with(kDeadLetterPrefix) || first == std::string_view::npos ||
      !absl::SimpleAtoi(ToAbsl(name.substr(first + 1, last - first - 1)), &origin.from.partition) ||
      !absl::SimpleAtoi(ToAbsl(name.substr(last + 1)), &origin.offset)) {
    return FieldError("name", "must be deadLetters/topic.partition.offset, as listed");
  }
  origin.from.topic =
      std::string(name.substr(kDeadLetterPrefix.size(), first - kDeadLetterPrefix.size()));
  return origin;
}

void AddConditions(const DeadLetterQuery& query, Statement& statement) {
  if (!query.topic.empty()) statement.Add(" AND topic = ?", {query.topic});
  if (!query.error.empty()) {
    const std::string part =
        absl::StrReplaceAll(query.error, {{"\\", "\\\\"}, {"%", "\\%"}, {"_", "\\_"}});
    statement.Add(" AND lower(error) LIKE lower(?) ESCAPE '\\'", {"%" + part + "%"});
  }
  if (query.from != absl::InfinitePast()) {
    statement.Add(" AND met >= ?", {absl::ToUnixMicros(query.from)});
  }
  if (query.until != absl::InfiniteFuture()) {
    statement.Add(" AND met < ?", {absl::ToUnixMicros(query.until)});
  }
}

}  // namespace

std::string DeadLetterName(const kafka::TopicPartition& partition, int64_t offset) {
  return absl::StrCat(ToAbsl(kDeadLetterPrefix), partition.topic, ".", partition.partition, ".",
                      offset);
}

PageKey PageKeyOf(const v1::DeadLetter& dead_letter) {
  return {absl::ToUnixMicros(ToTime(dead_letter.time())), dead_letter.name()};
}

absl::Status DeadLetters::Add(const kafka::ReceivedMessage& message, const absl::Status& error,
                              absl::Time now) {
  const kafka::TopicPartition& from = message.from;
  const int64_t time = message.time == absl::InfinitePast() ? 0 : absl::ToUnixMicros(message.time);
  ASSIGN_OR_RETURN(
      const sql::Result added,
      connection_.Query("INSERT INTO dead_letter (topic, topic_partition, topic_offset, error, met,"
                        " message_time, message_key, value)"
                        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"
                        " ON CONFLICT (topic, topic_partition, topic_offset) DO NOTHING",
                        {from.topic, from.partition, message.offset,
                         ReadableUtf8(ToStd(error.message()), kErrorBytes), absl::ToUnixMicros(now),
                         time, sql::Bytes{message.key}, sql::Bytes{message.value}}));
  if (added.affected == 0) return absl::OkStatus();
  int number = 0;
  for (const kafka::Header& header : message.headers) {
    RETURN_IF_ERROR(connection_.Execute(
        "INSERT INTO dead_letter_header (topic, topic_partition, topic_offset, number, name, value)"
        " VALUES ($1, $2, $3, $4, $5, $6)",
        {from.topic, from.partition, message.offset, ++number, sql::Bytes{header.name},
         sql::Bytes{header.value}}));
  }
  return absl::OkStatus();
}

absl::StatusOr<kafka::ReceivedMessage> DeadLetters::Load(std::string_view name) {
  ASSIGN_OR_RETURN(const Origin origin, ParseName(name));
  const std::vector<sql::Value> key = {origin.from.topic, origin.from.partition, origin.offset};
  ASSIGN_OR_RETURN(
      const sql::Result found,
      connection_.Query(
          absl::StrCat("SELECT message_time, message_key, value FROM dead_letter", kWhere), key));
  if (found.rows.empty()) return NotFoundError(name);
  ASSIGN_OR_RETURN(const sql::Result headers,
                   connection_.Query(absl::StrCat("SELECT name, value FROM dead_letter_header",
                                                  kWhere, " ORDER BY number"),
                                     key));
  const sql::Row& row = found.rows[0];
  kafka::ReceivedMessage message{
      .from = origin.from,
      .offset = origin.offset,
      .time = row.Int(0) == 0 ? absl::InfinitePast() : absl::FromUnixMicros(row.Int(0)),
      .key = row.Bytes(1),
      .value = row.Bytes(2),
      .headers = {}};
  for (const sql::Row& header : headers.rows) {
    message.headers.push_back({.name = header.Bytes(0), .value = header.Bytes(1)});
  }
  return message;
}

absl::Status DeadLetters::Remove(std::string_view name) {
  ASSIGN_OR_RETURN(const Origin origin, ParseName(name));
  const std::vector<sql::Value> key = {origin.from.topic, origin.from.partition, origin.offset};
  RETURN_IF_ERROR(connection_.Execute(absl::StrCat("DELETE FROM dead_letter_header", kWhere), key));
  return connection_.Execute(absl::StrCat("DELETE FROM dead_letter", kWhere), key);
}

absl::StatusOr<std::vector<v1::DeadLetter>> DeadLetters::List(const DeadLetterQuery& query) {
  const int64_t met = query.after ? query.after->order : INT64_MAX;
  Origin origin;
  if (query.after) {
    ASSIGN_OR_RETURN(origin, ParseName(query.after->name));
  }
  Statement list{.text = "SELECT topic, topic_partition, topic_offset, error, met,", .values = {}};
  list.Add(
      " substr(value, 1, ?) FROM dead_letter WHERE (met, topic, topic_partition, topic_offset)"
      " < (?, ?, ?, ?)",
      {query.bytes, met, origin.from.topic, origin.from.partition, origin.offset});
  AddConditions(query, list);
  list.Add(" ORDER BY met DESC, topic DESC, topic_partition DESC, topic_offset DESC LIMIT ?",
           {query.limit});
  ASSIGN_OR_RETURN(const sql::Result found, connection_.Query(list.text, std::move(list.values)));
  std::vector<v1::DeadLetter> dead_letters;
  for (const sql::Row& row : found.rows) {
    v1::DeadLetter& dead = dead_letters.emplace_back();
    dead.set_topic(row.Text(0));
    dead.set_partition(static_cast<int32_t>(row.Int(1)));
    dead.set_offset(row.Int(2));
    dead.set_name(DeadLetterName({dead.topic(), dead.partition()}, dead.offset()));
    dead.set_error(row.Text(3));
    *dead.mutable_time() = ToTimestamp(absl::FromUnixMicros(row.Int(4)));
    dead.set_value(row.Bytes(5));
  }
  return dead_letters;
}

absl::StatusOr<int64_t> DeadLetters::Count(const DeadLetterQuery& query) {
  Statement count{.text = "SELECT COUNT(*) FROM dead_letter WHERE TRUE", .values = {}};
  AddConditions(query, count);
  ASSIGN_OR_RETURN(const sql::Result found, connection_.Query(count.text, std::move(count.values)));
  return found.rows.at(0).Int(0);
}

}  // namespace clusterwire::notification
