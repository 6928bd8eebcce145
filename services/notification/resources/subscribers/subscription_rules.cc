#include "services/notification/resources/subscribers/subscription_rules.h"

#include <algorithm>
#include <array>

#include "absl/strings/str_cat.h"

#include "libs/base/status/error.h"
#include "libs/base/status/status_macros.h"
#include "libs/base/text/strings.h"
#include "libs/base/time/timestamp.h"
#include "libs/change/record.h"
#include "libs/resource/call.h"
#include "libs/resource/id.h"
#include "libs/resource/update_mask.h"
#include "services/notification/resources/subscribers/access.h"
#include "services/notification/resources/subscribers/endpoint_rules.h"
#include "services/notification/resources/subscribers/names.h"
#include "services/notification/resources/subscribers/scan.h"

namespace clusterwire::notification {
namespace {

constexpr size_t kMaxTitle = 200;
constexpr int kTransitions = 3;
constexpr std::array<std::string_view, 1> kOutputOnly = {"state_reason"};

void CheckTransitions(const v1::Subscription& subscription, FieldErrors& errors) {
  if (subscription.transitions_size() > kTransitions) {
    errors.Add("subscription.transitions", "must name each transition at most once");
  }
  for (int i = 0; i < subscription.transitions_size(); ++i) {
    const v1::Transition transition = subscription.transitions(i);
    if (transition == v1::TRANSITION_UNSPECIFIED || !v1::Transition_IsValid(transition)) {
      errors.Add(absl::StrCat("subscription.transitions[", i, "]"),
                 "must be TRANSITION_ENTERED, TRANSITION_LEFT or TRANSITION_CHANGED");
    }
  }
}

void CheckKinds(const v1::Subscription& subscription, FieldErrors& errors) {
  if (subscription.kinds_size() > kMaxKinds) {
    errors.Add("subscription.kinds", absl::StrCat("must have at most ", kMaxKinds, " kinds, has ",
                                                  subscription.kinds_size()));
    return;
  }
  for (int i = 0; i < subscription.kinds_size(); ++i) {
    if (change::KindOf(subscription.kinds(i))) continue;
    errors.Add(absl::StrCat("subscription.kinds[", i, "]"),
               absl::StrCat("'", subscription.kinds(i),
                            "' is no kind of change; \"label.awarded\" "
                            "is one, change_kind.proto has them all"));
  }
}

void CheckState(const v1::Subscription& subscription, FieldErrors& errors) {
  if (subscription.state() == v1::Subscription::STATE_ACTIVE ||
      subscription.state() == v1::Subscription::STATE_PAUSED) {
    return;
  }
  errors.Add("subscription.state", "must be STATE_ACTIVE or STATE_PAUSED");
}

// An endpoint of the same subscriber, or none. An error that is no violation ends the check.
absl::Status CheckEndpoint(const store::Reader& reader, const v1::Subscription& subscription,
                           FieldErrors& errors) {
  const std::string& endpoint = subscription.endpoint();
  if (endpoint.empty()) return absl::OkStatus();
  if (!kEndpointName.Matches(endpoint) ||
      store::RootOf(endpoint) != store::RootOf(subscription.name())) {
    errors.Add("subscription.endpoint",
               absl::StrCat("must be an endpoint of the same subscriber, as ",
                            InboxNameOf(store::RootOf(subscription.name()))));
    return absl::OkStatus();
  }
  const absl::Status found = Endpoints::GetFrom(reader, endpoint).status();
  if (!absl::IsNotFound(found)) return found;
  errors.Add("subscription.endpoint",
             absl::StrCat(endpoint, " does not exist: create it first, or use the inbox"));
  return absl::OkStatus();
}

// All that is wrong with what is about to be stored, besides `errors`.
absl::Status Check(const store::Reader& reader, const v1::Subscription& subscription,
                   FieldErrors errors = {}) {
  resource::CheckText(errors, "subscription.title", subscription.title(), 1, kMaxTitle);
  CheckTransitions(subscription, errors);
  CheckKinds(subscription, errors);
  CheckState(subscription, errors);
  RETURN_IF_ERROR(CheckEndpoint(reader, subscription, errors));
  const auto predicate = CompileSubscription(subscription);
  if (absl::IsInvalidArgument(predicate.status())) {
    errors.AddAll("", predicate.status());
  } else {
    RETURN_IF_ERROR(predicate.status());
  }
  return errors.ToStatus();
}

// With the state that holds here: a filter that this release can't read is not used.
v1::Subscription Shown(v1::Subscription subscription) {
  if (subscription.state() != v1::Subscription::STATE_ACTIVE) return subscription;
  const auto predicate = CompileSubscription(subscription);
  if (predicate.ok()) return subscription;
  subscription.set_state(v1::Subscription::STATE_HELD);
  subscription.set_state_reason(std::string(predicate.status().message()));
  return subscription;
}

}  // namespace

absl::StatusOr<filter::Predicate> CompileSubscription(const v1::Subscription& subscription) {
  return filter::Predicate::Compile(subscription.filter(), filter::Viewer::Public(),
                                    {.allow_prefix_words = false, .path = "subscription.filter"});
}

int64_t WhenMade(const v1::Subscription& subscription) {
  return absl::ToUnixMicros(ToTime(subscription.create_time()));
}

absl::StatusOr<v1::Subscription> Subscriptions::Get(
    const rpc::CallContext& call, const v1::GetSubscriptionRequest& request) const {
  RETURN_IF_ERROR(kSubscriptionName.Check("name", request.name()));
  RETURN_IF_ERROR(CheckMayUse(call.caller, request.name()));
  ASSIGN_OR_RETURN(const auto reader, store_.Read());
  ASSIGN_OR_RETURN(auto subscription, reader->Get<v1::Subscription>(request.name()));
  return Shown(std::move(subscription));
}

absl::StatusOr<std::vector<v1::Subscription>> Subscriptions::List(const rpc::CallContext& call,
                                                                  const std::string& parent,
                                                                  std::string_view after,
                                                                  size_t limit) const {
  store::ScanOptions options = Under("subscription", "", after);
  if (parent == kAllSubscribers) {
    RETURN_IF_ERROR(CheckOperator(call.caller));
  } else {
    RETURN_IF_ERROR(kSubscriberName.Check("parent", parent));
    RETURN_IF_ERROR(CheckMayUse(call.caller, parent));
    options.parent = parent;
  }
  ASSIGN_OR_RETURN(const auto reader, store_.Read());
  if (!options.parent.empty()) RETURN_IF_ERROR(reader->Get<v1::Subscriber>(parent).status());
  ASSIGN_OR_RETURN(auto subscriptions, ListUpTo<v1::Subscription>(*reader, options, limit));
  for (v1::Subscription& subscription : subscriptions) {
    subscription = Shown(std::move(subscription));
  }
  return subscriptions;
}

absl::StatusOr<v1::Subscription> Subscriptions::Create(
    const rpc::CallContext& call, const v1::CreateSubscriptionRequest& request) {
  RETURN_IF_ERROR(kSubscriberName.Check("parent", request.parent()));
  RETURN_IF_ERROR(CheckMayUse(call.caller, request.parent()));
  ASSIGN_OR_RETURN(const store::Call store_call, StoreCall(call, request));
  FieldErrors errors;
  const auto id = resource::IdOrRandom("subscription_id", request.subscription_id(), random_);
  errors.AddAll("", id.status());
  v1::Subscription subscription = request.subscription();
  resource::ClearOutputOnly(kOutputOnly, &subscription);
  subscription.set_name(kSubscriptionName.Format(
      {kSubscriberName.Parse(request.parent())->front(), id.value_or("")}));
  if (subscription.state() == v1::Subscription::STATE_UNSPECIFIED) {
    subscription.set_state(v1::Subscription::STATE_ACTIVE);
  }
  const auto create = [&](store::Writer& writer) -> absl::Status {
    RETURN_IF_ERROR(writer.Get<v1::Subscriber>(request.parent()).status());
    RETURN_IF_ERROR(Check(writer, subscription, errors));
    ASSIGN_OR_RETURN(const auto others,
                     ScanUpTo(writer, Under("subscription", request.parent()), kMaxSubscriptions));
    if (others.size() >= kMaxSubscriptions) {
      return Error(absl::StatusCode::kFailedPrecondition, "TOO_MANY_SUBSCRIPTIONS",
                   absl::StrCat(request.parent(), " has ", kMaxSubscriptions,
                                " subscriptions, the most there may be: delete one first"));
    }
    return writer.Put(subscription, "subscription.created");
  };
  ASSIGN_OR_RETURN(const store::Written written, store_.Write(store_call, create));
  return written.Answer<v1::Subscription>();
}

absl::StatusOr<v1::Subscription> Subscriptions::Update(
    const rpc::CallContext& call, const v1::UpdateSubscriptionRequest& request) {
  const v1::Subscription& wanted = request.subscription();
  RETURN_IF_ERROR(kSubscriptionName.Check("subscription.name", wanted.name()));
  RETURN_IF_ERROR(CheckMayUse(call.caller, wanted.name()));
  ASSIGN_OR_RETURN(const store::Call store_call, StoreCall(call, request));
  const auto update = [&](store::Writer& writer) -> absl::Status {
    ASSIGN_OR_RETURN(auto subscription, writer.Get<v1::Subscription>(wanted.name()));
    RETURN_IF_ERROR(resource::CheckEtag(subscription, wanted.etag()));
    RETURN_IF_ERROR(
        resource::ApplyUpdate(wanted, request.update_mask(), kOutputOnly, &subscription));
    if (subscription.state() == v1::Subscription::STATE_UNSPECIFIED) {
      subscription.set_state(v1::Subscription::STATE_ACTIVE);
    }
    RETURN_IF_ERROR(Check(writer, subscription));
    return writer.Put(subscription, "subscription.updated");
  };
  ASSIGN_OR_RETURN(const store::Written written, store_.Write(store_call, update));
  return written.Answer<v1::Subscription>();
}

absl::Status Subscriptions::Delete(const rpc::CallContext& call,
                                   const v1::DeleteSubscriptionRequest& request) {
  RETURN_IF_ERROR(kSubscriptionName.Check("name", request.name()));
  RETURN_IF_ERROR(CheckMayUse(call.caller, request.name()));
  ASSIGN_OR_RETURN(const store::Call store_call, StoreCall(call, request));
  const auto purge = [&](store::Writer& writer) -> absl::Status {
    ASSIGN_OR_RETURN(const auto subscription, writer.Get<v1::Subscription>(request.name()));
    RETURN_IF_ERROR(resource::CheckEtag(subscription, request.etag()));
    return writer.Purge(request.name(), "subscription.deleted");
  };
  return store_.Write(store_call, purge).status();
}

}  // namespace clusterwire::notification
