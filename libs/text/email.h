#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace clusterwire::text {

// A line in the form that FORM_EMAIL describes, so that one mailbox has one address here as far as
// that can be known: only its own server knows whether case matters before the "@".
// INVALID_ARGUMENT says what is wrong and quotes nothing of it.
absl::StatusOr<std::string> EmailForm(std::string_view line);

// What stands behind the "@" of an address in form.
std::string_view EmailDomain(std::string_view address);

}  // namespace clusterwire::text
