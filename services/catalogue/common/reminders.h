#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "google/protobuf/repeated_field.h"

#include "clusterwire/type/v1/reminder.pb.h"

#include "libs/base/status/error.h"
#include "libs/store/reader.h"

// Reminders: something ends on a day, and so many days before it people are told. Each is a change
// of its own kind, whose Facts are the same before and after; the resource keeps the newest that
// was given of each kind in its field `reminders`, so none is given twice, also when the clock is
// set back.
namespace clusterwire::catalogue {

class CodeBook;

// What ends. Its reminders are a series: of those that are due together, only the newest is given.
struct Deadline {
  std::string_view kind;   // the reminders' kind of change, and their timers' word: one a resource
  absl::CivilDay day;      // the last day. When it is over, no reminder of it is given any more
  std::string zone;        // whose days are counted; empty: kDefaultZone
  std::vector<int> leads;  // how many days ahead, each once. From the beginning of that day
  absl::Time from = absl::InfinitePast();  // before this there are no reminders
};

// The deadlines of a resource, by what it holds and by the schemes and code lists. Pure.
using DeadlinesOf = std::vector<Deadline> (*)(const store::Message& resource, const CodeBook&);

// How many days ahead people are reminded, as a scheme or a programme says: at most 10 different
// numbers, 0 to 366.
void CheckReminderDays(std::string_view path, const google::protobuf::RepeatedField<int32_t>& days,
                       FieldErrors& errors);

// The reminders that `resource` was given, the newest of each kind; none for a type without them.
std::vector<type::v1::Reminder> RemindersIn(const store::Message& resource);

// Adds the timers of the reminders that `resource` was not given yet.
void AddReminders(const std::vector<Deadline>& deadlines, const store::Message& resource,
                  std::vector<store::Timer>* timers);

// Whether a timer is one of those. A step of state is not named like a kind of change.
bool IsReminder(const store::Timer& timer);

// When a reminder's timer falls due: gives the newest of its series that is due by now. Nothing
// when that was given, when the deadline has moved or is over, and for what is deleted or out of
// sight. `prototype`: of the resource's type.
absl::Status Remind(store::Writer& writer, const std::string& name, const store::Timer& due,
                    DeadlinesOf deadlines, const store::Message& prototype);

}  // namespace clusterwire::catalogue
