#pragma once

#include <cstddef>
#include <string>

#include "absl/status/statusor.h"

namespace clusterwire {

// All of a regular file, with at most `limit` bytes. FAILED_PRECONDITION says what is wrong with it
// and shows nothing that is in it. Waits for no pipe.
absl::StatusOr<std::string> ReadFile(const std::string& path, size_t limit);

}  // namespace clusterwire
