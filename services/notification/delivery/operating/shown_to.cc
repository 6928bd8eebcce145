#include "services/notification/delivery/operating/shown_to.h"

#include "libs/change/vocabulary.h"
#include "services/notification/ledger/records/seen_by.h"
#include "services/notification/resources/subscribers/interests.h"
#include "services/notification/resources/subscribers/subscriber_rules.h"

namespace clusterwire::notification {

absl::StatusOr<Eyes> Eyes::Of(const filter::Viewer& caller, const Handles& handles,
                              const std::string& subscriber) {
  Eyes eyes;
  if (caller.operator_) return eyes;
  ASSIGN_OR_RETURN(const v1::Subscriber owner,
                   handles.subscribers->Get({.viewer = caller}, subscriber));
  eyes.since_ = ToTime(owner.create_time());
  eyes.viewer_ = handles.interests->SureViewerOf(subscriber);
  return eyes;
}

bool Eyes::See(const v1::Delivery& delivery, std::string_view seen_by) const {
  return ToTime(delivery.create_time()) >= since_ && SeeWhat(seen_by);
}

bool Eyes::SeeWhat(std::string_view seen_by) const { return IsSeen(viewer_, seen_by); }

void CheckParent(const std::string& parent, FieldErrors& errors) {
  if (parent.empty() || kSubscriberName.Matches(parent) || kSubscriptionName.Matches(parent)) {
    return;
  }
  errors.Add("parent",
             "must be a subscriber (subscribers/x) or a subscription "
             "(subscribers/x/subscriptions/y), or empty for all");
}

void CheckKind(const std::string& kind, FieldErrors& errors) {
  if (kind.empty()) return;
  const std::string wrong = change::WrongKind(kind);
  if (!wrong.empty()) errors.Add("change_kind", wrong);
}

void CheckState(v1::Delivery::State state, FieldErrors& errors) {
  if (!v1::Delivery::State_IsValid(state)) errors.Add("state", "must be one of Delivery.State");
}

}  // namespace clusterwire::notification
