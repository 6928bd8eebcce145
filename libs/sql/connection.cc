#include "libs/sql/connection.h"

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"

#include "libs/base/status/error.h"
#include "libs/base/text/strings.h"

namespace clusterwire::sql {
namespace {

// PostgreSQL refuses these texts and SQLite takes them: refused here, so that both do the same.
absl::Status CheckText(std::string_view text) {
  const size_t at = std::min(text.find('\0'), Utf8Prefix(text));
  if (at == text.size()) return absl::OkStatus();
  return Error(absl::StatusCode::kInvalidArgument, "TEXT_NOT_STORABLE",
               absl::StrCat("a text can't be stored: at byte ", at,
                            (text[at] == '\0' ? " it holds U+0000" : " it is not UTF-8")));
}

}  // namespace

absl::StatusOr<Result> Connection::Query(std::string_view sql, std::vector<Value> parameters) {
  absl::StatusOr<Result> result = CheckAndQuery(sql, parameters);
  if (!result.ok() && error_.ok()) error_ = result.status();
  return result;
}

absl::StatusOr<Result> Connection::CheckAndQuery(std::string_view sql,
                                                 std::span<const Value> parameters) {
  for (const Value& parameter : parameters) RETURN_IF_ERROR(CheckText(parameter.text()));
  return DoQuery(sql, parameters);
}

absl::Status Connection::Execute(std::string_view sql, std::vector<Value> parameters) {
  return Query(sql, std::move(parameters)).status();
}

}  // namespace clusterwire::sql
