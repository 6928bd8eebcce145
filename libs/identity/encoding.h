#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "libs/base/json.h"

// How tokens and keys are written, read without leniency: of two readings of one text the second is
// what an attacker looks for.
namespace clusterwire::identity {

// The one way to write bytes in base64url (RFC 7515): no padding, no spaces, no bits left over.
std::optional<std::string> FromBase64Url(std::string_view text);

// A JSON object with no name twice in any object of it, at most kMaxDepth deep; nothing for
// anything else.
inline constexpr int kMaxDepth = 16;
std::optional<nlohmann::json> ParseObject(std::string_view text);

// The text under `name`; empty where there is none. `*valid` becomes false when it is no text.
std::string TextIn(const nlohmann::json& object, const char* name, bool* valid);

}  // namespace clusterwire::identity
