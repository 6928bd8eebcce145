#pragma once

#include "absl/time/civil_time.h"
#include "libical/ical.h"

#include "libs/base/handle.h"

// For this library's .cc files only: owners for libical's objects. What is added to a component
// belongs to it.
namespace clusterwire::calendar {

inline void FreeText(char* text) { icalmemory_free_buffer(text); }

using TextHandle = Handle<char, FreeText>;
using ComponentHandle = Handle<icalcomponent, icalcomponent_free>;

// A local time without a zone; libical's own zones aren't used.
inline icaltimetype LocalTime(absl::CivilSecond time) {
  icaltimetype result = icaltime_null_time();
  result.year = static_cast<int>(time.year());
  result.month = time.month();
  result.day = time.day();
  result.hour = time.hour();
  result.minute = time.minute();
  result.second = time.second();
  return result;
}

inline icaltimetype WholeDay(absl::CivilDay day) {
  icaltimetype result = LocalTime(absl::CivilSecond(day));
  result.is_date = 1;
  return result;
}

}  // namespace clusterwire::calendar
