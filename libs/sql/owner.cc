#include "libs/sql/owner.h"

#include <filesystem>
#include <string>

#include "absl/strings/str_cat.h"

#include "libs/base/status/error.h"
#include "libs/base/text/strings.h"
#include "libs/sql/sqlite/sqlite.h"
#include "libs/sql/url.h"

namespace clusterwire::sql {
namespace {

constexpr Migration kSteps[] = {
    {1, "CREATE TABLE database_owner(one {int} PRIMARY KEY, name {text} NOT NULL)"}};

constexpr char kRead[] = "SELECT name FROM database_owner";

absl::Status Check(const absl::StatusOr<Result>& found, std::string_view owner) {
  RETURN_IF_ERROR(found.status());
  if (found->rows.empty() || found->rows[0].Text(0) == owner) return absl::OkStatus();
  return Error(absl::StatusCode::kFailedPrecondition, "DATABASE_OF_ANOTHER",
               absl::StrCat("it holds what belongs to the ", found->rows[0].Text(0),
                            " service; the ", ToAbsl(owner), " service needs one of its own"));
}

}  // namespace

absl::Status Claim(Database& database, std::string_view owner) {
  RETURN_IF_ERROR(Migrate(database, "owner", kSteps));
  const auto claim = [&](Connection& connection) -> absl::Status {
    RETURN_IF_ERROR(connection.Execute(
        "INSERT INTO database_owner(one, name) VALUES(1, $1) ON CONFLICT DO NOTHING", {owner}));
    return Check(connection.Query(kRead), owner);
  };
  return InTransaction(database, Transaction::Kind::kWrite, claim);
}

absl::Status CheckOwner(std::string_view url, std::string_view owner) {
  const auto file = FileOf(url);
  std::error_code error;
  if (!file || !std::filesystem::is_regular_file(*file, error)) return absl::OkStatus();
  const auto connection = SqliteConnection::OpenToRead(*file);
  if (!connection.ok()) return absl::OkStatus();
  const absl::StatusOr<Result> found = (*connection)->Query(kRead);
  return found.ok() ? Check(found, owner) : absl::OkStatus();  // no owner yet, or no database
}

}  // namespace clusterwire::sql
