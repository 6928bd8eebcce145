#pragma once

#include <string_view>

#include "absl/time/time.h"

namespace clusterwire {

// Whether the IANA time zone database has it and it is a place's: "Europe/Brussels". What a machine
// knows beside that, "localtime" and files by their paths, means another zone elsewhere and is
// none; neither is "Factory", which stands for a clock that wasn't set up.
bool IsTimeZone(std::string_view zone);

// The zone of that name. One that doesn't exist counts as UTC: rules refuse it before it is stored.
absl::TimeZone ZoneNamed(std::string_view zone);

// The moment at which a clock on the wall there shows `local`. What daylight saving leaves out
// moves to the next moment that there is; of what it repeats this is the first.
absl::Time MomentOf(absl::CivilSecond local, const absl::TimeZone& zone);

}  // namespace clusterwire
