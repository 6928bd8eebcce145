#include "libs/sql/connection.h"

#include <string>

#include "absl/strings/str_cat.h"

#include "libs/base/status/error.h"
#include "libs/base/status/status_macros.h"

namespace clusterwire::sql {
namespace {

// The length of the UTF-8 sequence at the front of `text`; 0 when it is none.
size_t SequenceLength(std::string_view text) {
  const auto byte = [&text](size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  if (first < 0x80) return 1;
  const size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || text.size() < length) return 0;
  for (size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return 0;
  }
  // Overlong forms, surrogates, and what lies beyond U+10FFFF.
  if ((first == 0xe0 && byte(1) < 0xa0) || (first == 0xed && byte(1) > 0x9f) ||
      (first == 0xf0 && byte(1) < 0x90) || (first == 0xf4 && byte(1) > 0x8f)) {
    return 0;
  }
  return length;
}

// PostgreSQL refuses these texts and SQLite takes them: refused here, so that both do the same.
absl::Status CheckText(std::string_view text) {
  for (size_t at = 0; at < text.size();) {
    const size_t length = text[at] == '\0' ? 0 : SequenceLength(text.substr(at));
    if (length == 0) {
      return Error(absl::StatusCode::kInvalidArgument, "TEXT_NOT_STORABLE",
                   absl::StrCat("a text can't be stored: at byte ", at,
                                (text[at] == '\0' ? " it holds U+0000" : " it is not UTF-8")));
    }
    at += length;
  }
  return absl::OkStatus();
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
