#pragma once

#include <string>

#include "absl/status/statusor.h"

#include "libs/base/random.h"

namespace clusterwire::service {

// The key that page tokens and cursors are signed with, from the file that `token_key_file` names;
// made where there is none. The error tells the operator what to mend.
absl::StatusOr<std::string> LoadTokenKey(const std::string& file, Random& random);

}  // namespace clusterwire::service
