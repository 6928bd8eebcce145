#pragma once

#include <string>

#include "absl/status/statusor.h"

#include "libs/base/random.h"

namespace clusterwire::config {

inline constexpr size_t kLeastKeyBytes = 32;

// The secret key that the file holds, which replicas share. A file that doesn't exist is made, with
// its folder, with a random key that only this user can read; of several processes that make it at
// the same time all get the same one. FAILED_PRECONDITION for one that is too short or can't be
// read or made.
absl::StatusOr<std::string> LoadOrMakeKey(const std::string& path, Random& random);

}  // namespace clusterwire::config
