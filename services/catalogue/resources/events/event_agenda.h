#pragma once

#include <string>
#include <vector>

#include "clusterwire/catalogue/v1/event.pb.h"

#include "services/catalogue/common/fields/checks.h"
#include "services/catalogue/common/resource.h"

// What an event's agenda, its organisers, its series and its recap may say.
namespace clusterwire::catalogue {

// The fields `agenda`, `organisers`, `series` with `edition`, and `recap`, with paths under
// "event". What `before` named too may stay as it is.
absl::Status CheckContents(const v1::CalendarEvent* before, const v1::CalendarEvent& event,
                           const Context& context, FieldErrors& errors);

// A field of names of programmes, at most 20, each there for the viewer.
void CheckProgrammes(const std::string& path, const Strings& programmes, const Context& context,
                     FieldErrors& errors);

// A name of a programme for each: its own, those that organise it, those that are presented.
std::vector<std::string> ProgrammesOf(const v1::CalendarEvent& event);
// Of the clusters that organise it.
std::vector<std::string> ClustersOf(const v1::CalendarEvent& event);

}  // namespace clusterwire::catalogue
