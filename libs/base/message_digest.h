#pragma once

#include <initializer_list>
#include <string>

#include "google/protobuf/message.h"

namespace clusterwire {

// The same message gives the same bytes, in every process of one release.
std::string SerializeDeterministic(const google::protobuf::Message& message);

// SHA-256 of a message and its type, without the fields named in `leave_out`, as far as it has
// them: 32 bytes, stable within one release. Two methods may take requests of equal bytes, so the
// type is part of it.
std::string DigestOf(const google::protobuf::Message& message,
                     std::initializer_list<const char*> leave_out);

}  // namespace clusterwire
