#include "services/notification/ledger/records/record_list.h"

#include <utility>

#include "absl/strings/str_cat.h"

#include "libs/base/status/error.h"

namespace clusterwire::notification {

absl::StatusOr<RecordPage> ListRecords(sql::Connection& connection, const RecordQuery& query) {
  std::string text =
      "SELECT r.id, r.payload, r.trace, r.received, r.seen_by, n.seen_by FROM record r"
      " LEFT JOIN newest_record n ON n.name = r.name WHERE ";
  std::vector<sql::Value> values;
  const auto next = [&](sql::Value value) {
    values.push_back(std::move(value));
    return absl::StrCat("$", values.size());
  };
  const PageKey after = query.after.value_or(PageKey{.order = INT64_MAX, .name = ""});
  const std::string order = next(after.order);
  absl::StrAppend(&text, "(r.received < ", order, " OR (r.received = ", order, " AND r.id < ",
                  next(after.name), "))");
  if (!query.id.empty()) absl::StrAppend(&text, " AND r.id = ", next(query.id));
  if (!query.resource.empty()) absl::StrAppend(&text, " AND r.name = ", next(query.resource));
  absl::StrAppend(&text, " ORDER BY r.received DESC, r.id DESC LIMIT ", next(query.limit));
  ASSIGN_OR_RETURN(const sql::Result found, connection.Query(text, values));
  RecordPage page;
  for (const sql::Row& row : found.rows) {
    SeenRecord one{.record = {.id = row.Text(0),
                              .change = {},
                              .trace = row.Text(2),
                              .received = absl::FromUnixMicros(row.Int(3))},
                   .seen_by = row.Text(4),
                   .seen_now = row.IsNull(5) ? row.Text(4) : row.Text(5)};
    if (one.record.change.ParseFromString(row.Bytes(1))) page.records.push_back(std::move(one));
  }
  if (static_cast<int>(found.rows.size()) == query.limit) {
    const sql::Row& last = found.rows.back();
    page.next = PageKey{.order = last.Int(3), .name = last.Text(0)};
  }
  return page;
}

}  // namespace clusterwire::notification
