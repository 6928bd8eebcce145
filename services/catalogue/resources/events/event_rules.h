#pragma once

#include <string>
#include <vector>

#include "clusterwire/catalogue/v1/event.pb.h"

#include "services/catalogue/common/fields/publish.h"

namespace clusterwire::catalogue {

// What makes an event's description right.
Rules<v1::CalendarEvent> EventRules();

// Events under the standard methods; what is read of one says how many of its seats are taken.
class Events : public Drafts<v1::CalendarEvent> {
 public:
  explicit Events(store::Store& store) : Drafts(store, EventRules()) {}

  using Drafts::Update;
  // Also moves its parts, where the request says so.
  absl::StatusOr<v1::CalendarEvent> Update(const WriteCall& call,
                                           const v1::UpdateEventRequest& request);
  // Draft → published. What is cancelled is reinstated instead.
  absl::StatusOr<v1::CalendarEvent> Publish(const WriteCall& call, const std::string& name,
                                            const std::string& etag);
  // Published → cancelled, and the same of its parts where the request says so.
  absl::StatusOr<v1::CalendarEvent> Cancel(const WriteCall& call,
                                           const v1::CancelEventRequest& request);
  // Cancelled → published.
  absl::StatusOr<v1::CalendarEvent> Reinstate(const WriteCall& call, const std::string& name,
                                              const std::string& etag);

 protected:
  absl::Status LoadRow(const store::Reader& reader, const std::string& name,
                       store::Message* out) const override;
  absl::StatusOr<std::vector<store::Scanned>> ScanRows(
      const store::Reader& reader, const store::ScanOptions& options) const override;
};

}  // namespace clusterwire::catalogue
