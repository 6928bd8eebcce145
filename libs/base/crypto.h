#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

#include "google/protobuf/message.h"

// The one place that includes OpenSSL. Secrets and keys are made by RandomBytes().
namespace clusterwire {

// 32 bytes.
std::string Sha256(std::string_view text);

// 32 bytes, by RFC 2104.
std::string HmacSha256(std::string_view key, std::string_view text);

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
