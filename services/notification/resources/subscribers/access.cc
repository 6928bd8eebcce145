#include "services/notification/resources/subscribers/access.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

#include "libs/base/status/error.h"
#include "libs/base/text/strings.h"

namespace clusterwire::notification {
namespace {

absl::Status MayRead(const filter::Viewer& viewer, std::string_view name,
                     const std::optional<facts::Facts>&) {
  return CheckMayUse(viewer, name);
}

absl::Status MayWrite(const filter::Viewer& viewer, std::string_view name,
                      const google::protobuf::Message*) {
  return CheckMayUse(viewer, name);
}

absl::Status MayCreate(const filter::Viewer& viewer, std::string_view parent,
                       const google::protobuf::Message&) {
  return CheckMayUse(viewer, parent);
}

// For themselves: the rules see to that.
absl::Status MayCreateSubscriber(const filter::Viewer& viewer, std::string_view,
                                 const google::protobuf::Message&) {
  return viewer.subject.empty() ? CheckOperator(viewer) : absl::OkStatus();
}

absl::Status WithContext(const store::Writer& writer, const filter::Viewer& viewer,
                         resource::Service::Work work) {
  return work({writer, writer.now(), viewer});
}

}  // namespace

absl::Status CheckMayUse(const filter::Viewer& viewer, std::string_view name) {
  const std::string_view subscriber = store::RootOf(name);
  if (viewer.operator_ || std::ranges::find(viewer.members, subscriber) != viewer.members.end()) {
    return absl::OkStatus();
  }
  if (name.empty() || name == kAllSubscribers) {
    return Error(absl::StatusCode::kPermissionDenied, "NOT_ALLOWED", "only operators may do this");
  }
  return Error(
      absl::StatusCode::kPermissionDenied, "NOT_ALLOWED",
      absl::StrCat(ToAbsl(subscriber), " is open to operators and to whoever acts for it only"));
}

const resource::Service& NotificationService() {
  static constexpr resource::Service kService = {.looks_first = false,
                                                 .may_read = &MayRead,
                                                 .may_write = &MayWrite,
                                                 .may_create = &MayCreate,
                                                 .with_context = &WithContext};
  return kService;
}

const resource::Service& SubscriberService() {
  static constexpr resource::Service kService = {.looks_first = false,
                                                 .may_read = &MayRead,
                                                 .may_write = &MayWrite,
                                                 .may_create = &MayCreateSubscriber,
                                                 .with_context = &WithContext};
  return kService;
}

}  // namespace clusterwire::notification
