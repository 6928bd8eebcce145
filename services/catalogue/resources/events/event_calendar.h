#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"

#include "clusterwire/catalogue/v1/event.pb.h"
#include "clusterwire/type/v1/calendar.pb.h"

#include "libs/base/status/error.h"

// An event as an entry of calendars: RFC 5545 and, for what is counted, RFC 5546, 2.1.4.
namespace clusterwire::catalogue {

// The days and times of day of an event, each wrong field by its name: unreadable, times without
// days or a zone, an end that isn't after its start, a time that the zone's clocks leave out.
void CheckTimes(const v1::CalendarEvent& event, FieldErrors& errors);

// Whether the two differ in what people who come need to know: days, times, zone, place, online.
bool IsMove(const v1::CalendarEvent& before, const v1::CalendarEvent& next);

// The day on which it begins, where that is known.
std::optional<absl::CivilDay> FirstDayOf(const v1::CalendarEvent& event);
// The day on which it ends, where that is known; of an event without an end, its first.
std::optional<absl::CivilDay> LastDayOf(const v1::CalendarEvent& event);
// Moves its days, those of its agenda, and those on which one can register, as far as they are
// known.
void Shift(int64_t days, v1::CalendarEvent* event);

// The first moment after the event, in its zone; InfiniteFuture() of one without an end.
absl::Time EndOf(const v1::CalendarEvent& event);

// What a write makes of uid and sequence. `before` is null on creation.
void CountUp(const v1::CalendarEvent* before, absl::Time now, v1::CalendarEvent* next);

type::v1::Calendar CalendarOf(const v1::CalendarEvent& event, const std::string& link);

}  // namespace clusterwire::catalogue
