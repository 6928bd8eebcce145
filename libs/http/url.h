#pragma once

#include <string>
#include <string_view>

#include "libs/base/status/error.h"

namespace clusterwire::http {

inline constexpr size_t kMaxUrl = 2000;  // characters

// A web address that a request or a configuration sets, read by the very parser that our client
// uses, so that all sides see the same host. The one place that says what a web address is.
struct Url {
  // INVALID_ARGUMENT, reason INVALID_URL, unless it is http or https in any case of letters, with a
  // host that may be a name on the Internet or an address, no user or password, a port from 1 to
  // 65535 if any, ASCII alone without spaces, quotes, brackets and backslashes, and at most kMaxUrl
  // characters. The text says what to write instead, and quotes nothing that could be a password.
  static absl::StatusOr<Url> Parse(std::string_view text);

  std::string scheme;  // "http" or "https"
  std::string host;    // as written; of IPv6 without brackets and zone
  bool has_fragment = false;
};

}  // namespace clusterwire::http
