#pragma once

#include <string>
#include <vector>

#include "clusterwire/catalogue/v1/event.pb.h"
#include "clusterwire/catalogue/v1/event_index.pb.h"
#include "clusterwire/catalogue/v1/registration.pb.h"

#include "services/catalogue/common/catalogue_type.h"
#include "services/catalogue/common/resource.h"

// The seats of an event: who has them, who waits for them, and who gets those that become free.
// They stand in rows beside the event, so that a registration is no change of the event.
namespace clusterwire::catalogue {

// The types of these rows, but for the seats themselves, which are the event's.
std::vector<facts::Type> SeatRows();

// What the registrant has at the event: by its person, where it names one, else by its cluster.
absl::StatusOr<v1::EventRegistrant> RegistrantOf(const store::Reader& reader,
                                                 const v1::Registration& registration);

// Whether a cluster itself comes by it, or waits to, and no person in its name.
bool ComesAsCluster(const v1::Registration& registration);

// What a registration takes over from its event.
void TakeOver(const v1::CalendarEvent& event, v1::Registration* registration);

// Makes a move: the state that follows, and the step.
void AddStep(std::string_view method, absl::Time now, const std::string& note,
             const std::string& actor, v1::Registration* registration);

// Counts what a change of a registration takes or frees (`before` is null on creation), and gives
// what is free then to who waits.
absl::Status CountSeats(store::Writer& writer, const v1::Registration* before,
                        const v1::Registration& next);

// Gives free seats to who waits, in order, until there are too few for the first. Of many the rest
// follows in later writes.
absl::Status GiveFreeSeats(store::Writer& writer, const std::string& event,
                           const std::string& cause);

// Follower: registrations have the days and the place of their event, and a capacity that is raised
// gives seats.
absl::Status FollowIntoRegistrations(store::Writer& writer, const store::Message* before,
                                     const store::Message* after);

}  // namespace clusterwire::catalogue
