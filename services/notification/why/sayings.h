#pragma once

#include <string>
#include <string_view>

#include "libs/text/language.h"

namespace clusterwire::notification {

// What gates, the ledger and rules say of a delivery, "quiet: the subscriber's hours until 07:00",
// in a reader's language. They say it in English, for operators and logs; German leaves the name of
// the gate out. What isn't known here, as what a receiver answered, stays as it is.
std::string SayingIn(text::Language language, std::string_view saying);

}  // namespace clusterwire::notification
