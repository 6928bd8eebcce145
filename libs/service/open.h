#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

#include "libs/base/random.h"
#include "libs/base/status/error.h"
#include "libs/sql/database.h"

// What a service opens when it starts. The errors tell its operator what to mend.
namespace clusterwire::service {

// Opens what the option `option` ("database.url") names, as the database of the service `owner`:
// see sql::Claim(). The error doesn't hold the URL, which may hold a password.
absl::StatusOr<std::unique_ptr<sql::Database>> OpenDatabase(std::string_view option,
                                                            const std::string& url,
                                                            const sql::Options& options,
                                                            std::string_view owner);

// What to do where the disk of the database that `option` names is full.
std::string RemedyForFullDisk(std::string_view option);

// The key that page tokens and cursors are sealed with, from the file that `token_key_file` names;
// made where there is none.
absl::StatusOr<std::string> LoadTokenKey(const std::string& file, Random& random);
// Made of it, for the store: what digests of requests are kept by.
std::string RequestKey(std::string_view token_key);
// The same of another key, whose file the option `option` names. `also` ends what its operator is
// told to put there: "; it must be the same for both services".
absl::StatusOr<std::string> LoadKey(std::string_view option, const std::string& file,
                                    Random& random, std::string_view also = "");

// For --check_config: what can be seen of these without a network and without a change, as far as
// they are there. A database's file may be open in a running service. An option that names no key
// has an empty `file`.
void LookAtDatabase(FieldErrors& errors, std::string_view option, const std::string& url,
                    std::string_view owner);
void LookAtTokenKey(FieldErrors& errors, const std::string& file);
void LookAtKey(FieldErrors& errors, std::string_view option, const std::string& file);

}  // namespace clusterwire::service
