#pragma once

#include <string>
#include <string_view>

#include "clusterwire/catalogue/v1/event.pb.h"
#include "clusterwire/catalogue/v1/event_index.pb.h"
#include "clusterwire/catalogue/v1/registration.pb.h"

#include "services/catalogue/common/resource.h"

// Who may register for an event, and when. Each error is FAILED_PRECONDITION with a reason of its
// own, as RegistrationService says them.
namespace clusterwire::catalogue {

inline constexpr int kMostSeatsAtOnce = 100;  // of one registration

// Whether the event takes registrations here and now.
absl::Status CheckTakesRegistrations(const v1::CalendarEvent& event, absl::Time now);
absl::Status CheckNotOver(const v1::CalendarEvent& event, absl::Time now);

// Whether who registers meets what the event asks of the cluster; `registrant` is on whose behalf
// it is, "clusters/x" or another owner of a person.
absl::Status CheckEligible(const Context& context, const v1::CalendarEvent& event,
                           const std::string& registrant);

// Whether so many more seats are free; with any who wait, none is. `own` are those that it has.
absl::Status CheckFree(const v1::CalendarEvent& event, const v1::EventSeats& seats, int wanted,
                       bool past_who_waits);
// Whether there is a waiting list, with room, and a reason to wait.
absl::Status CheckMayWait(const v1::CalendarEvent& event, const v1::EventSeats& seats, int wanted);

// Whose moves they are: PERMISSION_DENIED, reason NOT_YOURS.
absl::Status CheckSide(const filter::Viewer& viewer, std::string_view method,
                       const v1::Registration& registration);

}  // namespace clusterwire::catalogue
