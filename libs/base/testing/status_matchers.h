#pragma once

#include <optional>
#include <ostream>
#include <string>
#include <type_traits>

#include <gmock/gmock.h>

#include "libs/base/status/error.h"

namespace clusterwire {

inline const absl::Status& StatusOf(const absl::Status& status) { return status; }
template <typename T>
const absl::Status& StatusOf(const absl::StatusOr<T>& status_or) {
  return status_or.status();
}

// After how long a client is told to try again.
inline std::optional<absl::Duration> RetryDelayOf(const absl::Status& status) {
  const auto payload = status.GetPayload("type.googleapis.com/google.rpc.RetryInfo");
  google::rpc::RetryInfo retry;
  if (!payload || !retry.ParseFromString(std::string(*payload))) return std::nullopt;
  return absl::Seconds(retry.retry_delay().seconds()) +
         absl::Nanoseconds(retry.retry_delay().nanos());
}

// A Status or StatusOr that is OK.
MATCHER(IsOk, negation ? "isn't OK" : "is OK") {
  *result_listener << StatusOf(arg).ToString();
  return StatusOf(arg).ok();
}

// A StatusOr that is OK and whose value matches.
MATCHER_P(IsOkAndHolds, matcher, "is OK and holds a value that matches") {
  if (!arg.ok()) {
    *result_listener << arg.status().ToString();
    return false;
  }
  return testing::ExplainMatchResult(matcher, *arg, result_listener);
}

// The canonical code, and a message that matches (a string means: contains).
MATCHER_P2(StatusIs, code, message, "has the code and a message that matches") {
  *result_listener << StatusOf(arg).ToString();
  return StatusOf(arg).code() == code &&
         testing::ExplainMatchResult(message, std::string(StatusOf(arg).message()),
                                     result_listener);
}
inline auto StatusIs(absl::StatusCode code) { return StatusIs(code, testing::_); }

// The reason of the ErrorInfo, as clients see it.
MATCHER_P(ReasonIs, reason, "has the reason") {
  *result_listener << StatusOf(arg).ToString();
  return ReasonOf(StatusOf(arg)) == reason;
}

// A BadRequest with a violation of the field `path`.
MATCHER_P(HasFieldError, path, "names the field") {
  *result_listener << StatusOf(arg).ToString();
  const google::rpc::BadRequest bad_request = BadRequestOf(StatusOf(arg));
  for (const auto& violation : bad_request.field_violations()) {
    if (violation.field() == path) return true;
  }
  return false;
}

}  // namespace clusterwire
