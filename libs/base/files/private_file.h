#pragma once

#include <string>

#include "absl/status/status.h"
#include <sys/stat.h>

namespace clusterwire {

// Of a file that holds a secret, as ReadFile() found it: FAILED_PRECONDITION, with the remedy,
// unless this user alone may read and change it. The group may read one that root gave it, as
// mounted secrets are.
absl::Status CheckPrivate(const std::string& path, const struct stat& found);

}  // namespace clusterwire
