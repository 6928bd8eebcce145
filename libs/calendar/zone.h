#pragma once

#include <cstdint>
#include <set>
#include <string>

#include "absl/time/time.h"

#include "libs/calendar/handles.h"

namespace clusterwire::calendar {

// The definition (VTIMEZONE) of a zone for these years: each change of its offset that holds in
// one of them, from the zone's own table.
ComponentHandle DefineZone(const std::string& name, const absl::TimeZone& zone,
                           const std::set<int64_t>& years);

}  // namespace clusterwire::calendar
