#pragma once

#include <optional>
#include <string_view>

#include "absl/time/time.h"

namespace clusterwire::http {

// When a Retry-After header (seconds, or an HTTP-date in any of its three forms) says to come back;
// nothing when it says neither. Seconds count from `now`; a year is the most that is believed.
std::optional<absl::Time> ParseRetryAfter(std::string_view value, absl::Time now);

}  // namespace clusterwire::http
