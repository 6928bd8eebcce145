#pragma once

#include <string>

#include "absl/status/statusor.h"

#include "libs/base/random.h"

namespace clusterwire::config {

inline constexpr size_t kLeastKeyBytes = 32;

// The secret key that the file holds, which replicas share. A file that doesn't exist is made, with
// its folder, both for this user alone, with a random key; of several processes that make it at
// the same time all get the same one. FAILED_PRECONDITION for one that is too short, that others
// may read or change, that holds the placeholder of an example, or that can't be read or made.
absl::StatusOr<std::string> LoadOrMakeKey(const std::string& path, Random& random);

// The same error for one that is there; OK for one that isn't. Makes nothing.
absl::Status CheckKey(const std::string& path);

// What a secret file holds that others exchange while this program runs, up to 1 MiB: the same
// error for one that others may read or change, or that can't be read.
absl::StatusOr<std::string> ReadSecret(const std::string& path);

}  // namespace clusterwire::config
