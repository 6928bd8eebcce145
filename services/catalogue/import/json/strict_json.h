#pragma once

#include <string_view>

#include "absl/status/statusor.h"

#include "libs/base/json_fwd.h"

namespace clusterwire::catalogue::registers {

// JSON that every reader reads alike (I-JSON, RFC 7493). INVALID_ARGUMENT, with the path, where two
// readers could differ: a key that an object has twice however it is escaped, a NUL (raw, where a
// reader in C stops, or escaped), a number out of range, half a surrogate pair, bytes that are no
// UTF-8; and for more than kMaxDepth objects and lists inside each other.
absl::StatusOr<nlohmann::json> ParseStrictly(std::string_view json);

inline constexpr size_t kMaxDepth = 20;

}  // namespace clusterwire::catalogue::registers
