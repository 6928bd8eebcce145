#pragma once

#include "clusterwire/catalogue/v1/event.pb.h"
#include "clusterwire/catalogue/v1/programme.pb.h"

#include "services/catalogue/common/resource.h"

namespace clusterwire::catalogue {

// What makes an event's description right.
Rules<v1::CalendarEvent> EventRules();

// The moves of an event beyond the standard methods.
class Events : public Resources<v1::CalendarEvent> {
 public:
  explicit Events(store::Store& store) : Resources(store, EventRules()) {}

  // Draft → published.
  absl::StatusOr<v1::CalendarEvent> Publish(const WriteCall& call, const std::string& name,
                                            const std::string& etag);
};

}  // namespace clusterwire::catalogue
