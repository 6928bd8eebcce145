#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"

#include "clusterwire/change/v1/resource_changed.pb.h"
#include "clusterwire/type/v1/facts.pb.h"

#include "libs/calendar/calendar.h"
#include "libs/calendar/described.h"
#include "libs/text/language.h"

// From what the Facts of an event say to an entry of a calendar. Pure functions.
namespace clusterwire::notification {

// The event's UID, also where only one of the images has it; empty of what is no event.
std::string UidOf(const change::v1::ResourceChanged& change);

// When it is over everywhere on earth; the epoch where the day isn't known.
absl::Time EndOf(const type::v1::Facts& event);

// How an event stands after a change, for a reader to whom the change is cut.
struct Event {
  enum class State { kThere, kDayUnknown, kCancelled, kUnseen };
  State state = State::kUnseen;
  const type::v1::Facts* image = nullptr;  // of the change; null of what the reader may not see
  int64_t version = -1;                    // its SEQUENCE
  absl::Time time = {};                    // of the change that says so
};
Event EventIn(const change::v1::ResourceChanged& change);

// The entry that is published of it, without an organiser; none where there is no day to enter it
// on. One whose day is open again ends on the day that it had before the change.
std::optional<calendar::Entry> PublishedEntry(const Event& event,
                                              const change::v1::ResourceChanged& change,
                                              text::Language language);

// Puts the entry of the change's resource behind the others. Of an event and registrations to it,
// which have one UID, one stays: the event's own, else the first that isn't cancelled.
void AddEntry(const change::v1::ResourceChanged& change, calendar::Entry entry,
              std::vector<calendar::Entry>& entries);

}  // namespace clusterwire::notification
