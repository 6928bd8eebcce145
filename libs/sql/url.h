#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"

// What a database's URL says, without opening anything. No error quotes any part of one: it may
// hold a password.
namespace clusterwire::sql {

// The file of "sqlite:/path/file.db"; nothing for another kind.
std::optional<std::string> FileOf(std::string_view url);

// Whether two URLs name one SQLite file, however it is spelled.
bool SameFile(std::string_view one, std::string_view other);

// INVALID_ARGUMENT unless `url` is of one of the kinds that Database::Open() takes, it is clear
// where its password ends, and libpq can read it.
absl::Status CheckUrl(std::string_view url);

}  // namespace clusterwire::sql
