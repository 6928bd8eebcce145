#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "libs/base/json.h"
#include "libs/identity/keys/algorithm.h"

namespace clusterwire::identity {

// By how much clocks may differ.
inline constexpr absl::Duration kSkew = absl::Seconds(60);
inline constexpr size_t kMaxToken = 8 << 10;

// A token as it was sent, a signed JWT in its compact form (RFC 7519, RFC 7515). Nothing of it is
// to be believed before its signature is.
struct Token {
  // UNAUTHENTICATED when it isn't one: TOKEN_TOO_LARGE, TOKEN_MALFORMED, TOKEN_ALGORITHM,
  // TOKEN_CRITICAL.
  static absl::StatusOr<Token> Parse(std::string_view text);

  std::string text;
  const Algorithm* algorithm = nullptr;
  std::string key_id;  // empty: it names none
  size_t signature_bytes = 0;
  std::string issuer;
  nlohmann::json claims;
};

// What a token says once its signature is believed.
struct Claims {
  std::string subject;
  absl::Time expiry;
  absl::Time issued = absl::InfinitePast();  // the later of "iat" and "nbf", where there are any
};

// UNAUTHENTICATED for a token that isn't for `audience`, or whose claims aren't whole:
// TOKEN_AUDIENCE, TOKEN_SUBJECT, TOKEN_CLAIMS. Says nothing of its time.
absl::StatusOr<Claims> ReadClaims(const Token& token, std::string_view audience);

// TOKEN_EXPIRED, TOKEN_NOT_YET_VALID, when it doesn't hold at `now`.
absl::Status CheckTime(const Claims& claims, absl::Time now);

}  // namespace clusterwire::identity
