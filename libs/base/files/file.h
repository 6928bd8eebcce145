#pragma once

#include <cstddef>
#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include <sys/stat.h>

namespace clusterwire {

// All of a regular file, with at most `limit` bytes: the one way in which small files are read.
// FAILED_PRECONDITION says what is wrong with it and shows nothing that is in it. Waits for no
// pipe.
absl::StatusOr<std::string> ReadFile(const std::string& path, size_t limit);
// The same of one that `check` takes, by what is known of the file that is open: its error ends it.
using CheckFile = std::function<absl::Status(const struct stat&)>;
absl::StatusOr<std::string> ReadFile(const std::string& path, size_t limit, const CheckFile& check);

}  // namespace clusterwire
