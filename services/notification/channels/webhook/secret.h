#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "libs/base/random.h"

namespace clusterwire::notification {

// A webhook's secret as Standard Webhooks writes it: "whsec_" and base64. A made one has 32 bytes.
std::string MakeSecret(Random& random);
// The key that it stands for; nothing unless it is of this form and has 24 to 64 bytes.
std::optional<std::string> KeyOf(std::string_view secret);

}  // namespace clusterwire::notification
