#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "clusterwire/catalogue/v1/event.pb.h"
#include "clusterwire/catalogue/v1/event_index.pb.h"

#include "libs/store/reader.h"
#include "services/catalogue/common/catalogue_type.h"

// By what events are found without a look at all of them: their parts, the editions of a series,
// and how many of their seats are taken. Rows of their own, which stand in the store beside the
// events, and on no interface.
namespace clusterwire::catalogue {

// The types of these rows.
std::vector<facts::Type> EventRows();

// All that leads to the event, at any depth, the nearest first; also what is deleted. Until
// `visit`, which gets name and owner, says false.
absl::Status ForEachPart(
    const store::Reader& reader, const std::string& event,
    absl::FunctionRef<absl::StatusOr<bool>(const std::string& part, const std::string& owner)>
        visit);

// The names of the events that are this edition of the series: more than one where who wrote the
// later ones didn't see the first.
absl::StatusOr<std::vector<std::string>> EditionsOf(const store::Reader& reader,
                                                    const std::string& series, int32_t edition);

// As they are taken now; of an event that was never registered for, none.
absl::StatusOr<v1::EventSeats> SeatsOf(const store::Reader& reader, std::string_view event);

// Of one event, with how many are free where its capacity says so. Never below 0.
v1::EventSeatsTaken SeatsTaken(const v1::CalendarEvent& event, const v1::EventSeats& seats);

// Follower: keeps parts and editions as the events say. Of one that is derived anew it puts what is
// missing.
absl::Status FollowEventIndex(store::Writer& writer, const store::Message* before,
                              const store::Message* after);

}  // namespace clusterwire::catalogue
