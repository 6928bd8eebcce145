#pragma once

#include <string>
#include <string_view>

// The one place that includes OpenSSL. Secrets and keys are made by RandomBytes().
namespace clusterwire {

// 32 bytes.
std::string Sha256(std::string_view text);

// 32 bytes, by RFC 2104.
std::string HmacSha256(std::string_view key, std::string_view text);

// Whether both are the same bytes, in a time that doesn't tell where they differ. Their lengths are
// no secret.
bool SameBytes(std::string_view one, std::string_view other);

}  // namespace clusterwire
