#pragma once

#include <string>

#include "clusterwire/change/v1/resource_changed.pb.h"
#include "clusterwire/notification/v1/subscription.pb.h"

#include "services/notification/channels/channels.h"

namespace clusterwire::notification {

// The European Cluster Conference in Prague, 26 to 27 September 2022, as its Facts say it with this
// SEQUENCE.
type::v1::Facts PragueConference(int sequence);

// A change of it at `revision`; an image with an empty type is absent.
change::v1::ResourceChanged ConferenceChange(int64_t revision, const std::string& kind,
                                             const type::v1::Facts& before,
                                             const type::v1::Facts& after);

// What subscription "Conferences" gets for it in the mailbox anna@example.net; with the mode INVITE
// its calendar was told nothing so far.
Job ConferenceJob(const change::v1::ResourceChanged& change, v1::CalendarMode mode,
                  v1::Transition transition = v1::TRANSITION_ENTERED);

}  // namespace clusterwire::notification
