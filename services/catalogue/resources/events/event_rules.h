#pragma once

#include "clusterwire/catalogue/v1/event.pb.h"

#include "services/catalogue/common/fields/publish.h"

namespace clusterwire::catalogue {

// What makes an event's description right.
Rules<v1::CalendarEvent> EventRules();

class Events : public Drafts<v1::CalendarEvent> {
 public:
  explicit Events(store::Store& store) : Drafts(store, EventRules()) {}
};

}  // namespace clusterwire::catalogue
