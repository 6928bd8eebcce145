#include "libs/identity/token.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

#include "libs/base/text/strings.h"
#include "libs/base/text/subject.h"
#include "libs/identity/encoding.h"
#include "libs/identity/refusal.h"

namespace clusterwire::identity {
namespace {

constexpr size_t kMaxSub = 200;
constexpr size_t kMaxKeyId = 500;

absl::Status Malformed(std::string_view what) {
  return Refuse("TOKEN_MALFORMED",
                absl::StrCat("the token ", ToAbsl(what),
                             "; send the JWT as its issuer gave it: three parts in base64url "
                             "without padding, joined by dots"));
}

absl::Status ReadHeader(std::string_view part, Token* token) {
  const auto bytes = FromBase64Url(part);
  const auto header = bytes ? ParseObject(*bytes) : std::nullopt;
  if (!header) return Malformed("has a header that can't be read, or that says something twice");
  bool valid = true;
  token->algorithm = FindAlgorithm(TextIn(*header, "alg", &valid));
  if (!valid || token->algorithm == nullptr) {
    return Refuse("TOKEN_ALGORITHM",
                  "the token isn't signed by an algorithm that is accepted: have it signed with a "
                  "private key (RS256, ES256 and the like), never with 'none' or a shared secret");
  }
  if (header->contains("crit") || header->contains("b64")) {
    return Refuse("TOKEN_CRITICAL",
                  "the token's header asks for an extension ('crit', 'b64') that isn't known here; "
                  "have it issued without");
  }
  // Keys that a token brings along (jwk, jku, x5c, x5u) are not looked at.
  token->key_id = TextIn(*header, "kid", &valid);
  if (!valid || token->key_id.size() > kMaxKeyId)
    return Malformed("has a kid that is no short text");
  return absl::OkStatus();
}

// A time in seconds since 1970, whole or not; nothing for what is no time.
std::optional<absl::Time> TimeIn(const nlohmann::json& claims, const char* name) {
  constexpr double kMax = 253'402'300'799.0;  // the end of 9999
  const auto found = claims.find(name);
  if (found == claims.end() || !found->is_number()) return std::nullopt;
  const double seconds = found->get<double>();
  if (!std::isfinite(seconds) || seconds < 0 || seconds > kMax) return std::nullopt;
  return absl::FromUnixMicros(static_cast<int64_t>(seconds * 1e6));
}

bool IsFor(const nlohmann::json& claims, std::string_view audience) {
  const auto found = claims.find("aud");
  if (found == claims.end()) return false;
  const auto is_it = [audience](const nlohmann::json& one) {
    return one.is_string() && one.get_ref<const std::string&>() == audience;
  };
  if (!found->is_array()) return is_it(*found);
  return std::any_of(found->begin(), found->end(), is_it);
}

absl::StatusOr<std::string> SubjectIn(const nlohmann::json& claims) {
  bool valid = true;
  std::string subject = TextIn(claims, "sub", &valid);
  if (!valid || subject.size() > kMaxSub || !CheckSubject(subject).ok()) {
    return Refuse("TOKEN_SUBJECT",
                  absl::StrCat("the token's sub is missing or unfit: it must be 1 to ", kMaxSub,
                               " visible ASCII characters, without spaces and '*'"));
  }
  return subject;
}

}  // namespace

absl::StatusOr<Token> Token::Parse(std::string_view text) {
  if (text.size() > kMaxToken) {
    return Refuse("TOKEN_TOO_LARGE",
                  absl::StrCat("the token has ", text.size(), " bytes, and ", kMaxToken,
                               " are the most: ask its issuer for one with fewer claims"));
  }
  const std::vector<std::string> parts = absl::StrSplit(ToAbsl(text), '.');
  if (parts.size() != 3) return Malformed(absl::StrCat("has ", parts.size(), " parts, not three"));
  Token token;
  token.text = text;
  RETURN_IF_ERROR(ReadHeader(parts[0], &token));
  const auto payload = FromBase64Url(parts[1]);
  auto claims = payload ? ParseObject(*payload) : std::nullopt;
  if (!claims) return Malformed("has claims that can't be read, or one of them twice");
  const auto signature = FromBase64Url(parts[2]);
  if (!signature || signature->empty()) return Malformed("has no signature that can be read");
  token.signature_bytes = signature->size();
  bool valid = true;
  token.issuer = TextIn(*claims, "iss", &valid);
  token.claims = *std::move(claims);
  return token;
}

absl::StatusOr<Claims> ReadClaims(const Token& token, std::string_view audience) {
  if (!IsFor(token.claims, audience)) {
    return Refuse("TOKEN_AUDIENCE",
                  absl::StrCat("the token isn't for this service: ask its issuer for one with '",
                               ToAbsl(audience), "' in its aud"));
  }
  Claims claims;
  ASSIGN_OR_RETURN(claims.subject, SubjectIn(token.claims));
  const auto expiry = TimeIn(token.claims, "exp");
  if (!expiry) {
    return Refuse("TOKEN_CLAIMS",
                  "the token needs an exp, in seconds since 1970: ask its issuer "
                  "for one that ends");
  }
  claims.expiry = *expiry;
  for (const char* name : {"iat", "nbf"}) {
    if (!token.claims.contains(name)) continue;
    const auto time = TimeIn(token.claims, name);
    if (!time) {
      return Refuse("TOKEN_CLAIMS",
                    absl::StrCat("the token's ", name, " is no time in seconds since 1970"));
    }
    claims.issued = std::max(claims.issued, *time);
  }
  return claims;
}

absl::Status CheckTime(const Claims& claims, absl::Time now) {
  if (now >= claims.expiry + kSkew) {
    return Refuse(
        "TOKEN_EXPIRED",
        absl::StrCat("the token ended ",
                     absl::FormatDuration(absl::Trunc(now - claims.expiry, absl::Seconds(1))),
                     " ago: ask its issuer for a new one"));
  }
  if (now < claims.issued - kSkew) {
    return Refuse(
        "TOKEN_NOT_YET_VALID",
        absl::StrCat("the token holds from ",
                     absl::FormatDuration(absl::Ceil(claims.issued - now, absl::Seconds(1))),
                     " from now on (its iat or nbf): wait, or mend the clock of whoever "
                     "issued it"));
  }
  return absl::OkStatus();
}

}  // namespace clusterwire::identity
