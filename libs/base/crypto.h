#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "google/protobuf/message.h"

// The one place that includes OpenSSL. Secrets and keys are made by RandomBytes().
namespace clusterwire {

// 32 bytes.
std::string Sha256(std::string_view text);

// 32 bytes, by RFC 2104.
std::string HmacSha256(std::string_view key, std::string_view text);

// `plain` made unreadable without `key`, 64 secret bytes, and unalterable: AES-256-SIV (RFC 5297),
// so the same gives the same. `plain` isn't empty. Only who names the same `purpose` opens it. 16
// bytes longer.
std::string Seal(std::string_view key, std::string_view purpose, std::string_view plain);
// None for what Seal() with this key and purpose didn't make.
std::optional<std::string> Unseal(std::string_view key, std::string_view purpose,
                                  std::string_view sealed);

// Whether both are the same bytes, in a time that doesn't tell where they differ. Their lengths are
// no secret.
bool SameBytes(std::string_view one, std::string_view other);

// The same message gives the same bytes, in every process of one release.
std::string SerializeDeterministic(const google::protobuf::Message& message);

// SHA-256 of a message and its type, without the fields named in `leave_out`, as far as it has
// them: 32 bytes, stable within one release. Two methods may take requests of equal bytes, so the
// type is part of it.
std::string DigestOf(const google::protobuf::Message& message,
                     std::initializer_list<const char*> leave_out);

}  // namespace clusterwire
