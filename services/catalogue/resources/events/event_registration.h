#pragma once

#include <optional>
#include <vector>

#include "absl/time/time.h"

#include "clusterwire/catalogue/v1/event.pb.h"

#include "libs/store/registry.h"
#include "libs/text/language.h"
#include "services/catalogue/common/catalogue_type.h"
#include "services/catalogue/common/resource.h"

// When one can register for an event, and how that is said.
namespace clusterwire::catalogue {

// The field `registration`: at a link or here, the window, the seats, who may come.
void CheckRegistration(const v1::CalendarEvent& event, const Context& context, FieldErrors& errors);
// INVALID_ARGUMENT where the capacity is lowered below what is taken.
absl::Status CheckCapacity(const v1::CalendarEvent& event, const Context& context,
                           FieldErrors& errors);

// Whether it takes registrations itself: the event says so, and names no link.
bool RegistersHere(const v1::CalendarEvent& event);

// The first moments at which one can register, and can't any more: with registration_closes, else
// with its beginning. None: it isn't known, or nothing is said.
std::optional<absl::Time> RegistrationOpens(const v1::CalendarEvent& event);
std::optional<absl::Time> RegistrationCloses(const v1::CalendarEvent& event);

v1::CalendarEvent::RegistrationState RegistrationStateAt(const v1::CalendarEvent& event,
                                                         absl::Time at);

// "Registration is open until 2022-09-20." Empty where nothing is said.
std::string RegistrationText(text::Language language, const v1::CalendarEvent& event);

// Its steps, and the day of which people are reminded: of what is published.
std::vector<store::Timer> RegistrationTimers(const v1::CalendarEvent& event);
std::vector<Deadline> RegistrationDeadlines(const store::Message& event, const CodeBook& book);
// The timers' step: opened, or closed, as it is at `due`.
absl::Status StepRegistration(store::Writer& writer, const std::string& name, absl::Time due);

}  // namespace clusterwire::catalogue
