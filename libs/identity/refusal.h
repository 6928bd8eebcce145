#pragma once

#include <string_view>

#include "libs/base/status/error.h"

namespace clusterwire::identity {

// What somebody is told whose identity is wrong: UNAUTHENTICATED. `text` says what to change, and
// holds nothing of what was sent.
inline absl::Status Refuse(std::string_view reason, std::string_view text) {
  return Error(absl::StatusCode::kUnauthenticated, reason, text);
}

}  // namespace clusterwire::identity
