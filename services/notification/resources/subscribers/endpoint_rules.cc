#include "services/notification/resources/subscribers/endpoint_rules.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

#include "libs/base/status/error.h"
#include "libs/base/text/strings.h"
#include "libs/resource/name.h"
#include "libs/store/registry.h"
#include "services/notification/channels/endpoint_kind.h"
#include "services/notification/resources/subscribers/subscription_rules.h"

namespace clusterwire::notification {
namespace {

constexpr std::string_view kInboxId = "inbox";
constexpr size_t kMaxReason = 500;

bool IsInbox(std::string_view endpoint) { return endpoint == InboxNameOf(store::RootOf(endpoint)); }

void HideSecret(v1::Endpoint* endpoint) {
  if (const EndpointKind* kind = EndpointKindOf(*endpoint)) kind->RemoveSecrets(*endpoint);
}

absl::Status CheckUnused(const v1::Endpoint& endpoint, const resource::Context& context) {
  const std::string& name = endpoint.name();
  ASSIGN_OR_RETURN(const auto subscriptions,
                   context.reader.Scan({.type = "subscription",
                                        .parent = std::string(store::RootOf(name)),
                                        .limit = kMaxSubscriptions}));
  for (const store::Scanned& one : subscriptions) {
    const auto& subscription = static_cast<const v1::Subscription&>(*one.resource);
    if (subscription.endpoint() != name) continue;
    return Error(absl::StatusCode::kFailedPrecondition, "ENDPOINT_IN_USE",
                 absl::StrCat(subscription.name(), " uses ", name,
                              ": give it another endpoint or delete it first"),
                 {{"resource", name}, {"subscription", subscription.name()}});
  }
  return absl::OkStatus();
}

// All that is wrong with a new one, besides `errors`.
absl::Status CheckNew(const v1::Endpoint& endpoint, FieldErrors errors,
                      const http::AddressGuard& guard, const http::Resolver& resolve) {
  if (IsInbox(endpoint.name()) && !endpoint.has_inbox()) {
    errors.Add("endpoint_id", "every subscriber has its inbox already; choose another id");
  }
  const EndpointKind* kind = EndpointKindOf(endpoint);
  if (kind == nullptr) {
    errors.Add("endpoint.webhook", "is required");
  } else {
    RETURN_IF_ERROR(kind->Check(endpoint, {.guard = guard, .resolve = resolve}, errors));
  }
  return errors.ToStatus();
}

Rules<v1::Endpoint> EndpointRules(Random& random, http::AddressGuard guard,
                                  http::Resolver resolve) {
  const auto before_create = [&random, guard = std::move(guard), resolve = std::move(resolve)](
                                 v1::Endpoint* endpoint, FieldErrors errors) -> absl::Status {
    RETURN_IF_ERROR(CheckNew(*endpoint, std::move(errors), guard, resolve));
    endpoint->set_state(v1::Endpoint::STATE_ENABLED);
    EndpointKindOf(*endpoint)->Complete(*endpoint, random);
    return absl::OkStatus();
  };
  return {.type = "endpoint",
          .collection = "endpoints",
          .parent = kSubscriberName.pattern(),
          .output_only = {"state", "state_reason"},
          .random_ids = &random,
          // No check: nothing that can be written after its creation can be wrong.
          .before_create = before_create,
          .check_unused = &CheckUnused,
          .show = &HideSecret,
          .purge = true,
          .most_of_a_parent = kMaxEndpoints,
          .lists_all = false};
}

}  // namespace

std::string InboxNameOf(std::string_view subscriber) {
  return absl::StrCat(ToAbsl(subscriber), "/endpoints/", ToAbsl(kInboxId));
}

v1::Endpoint InboxOf(const v1::Subscriber& subscriber) {
  v1::Endpoint inbox;
  inbox.set_name(InboxNameOf(subscriber.name()));
  inbox.set_etag(subscriber.etag());
  inbox.set_revision(subscriber.revision());
  *inbox.mutable_create_time() = subscriber.create_time();
  *inbox.mutable_update_time() = subscriber.update_time();
  inbox.set_state(v1::Endpoint::STATE_ENABLED);
  inbox.mutable_inbox();
  return inbox;
}

absl::Status LoadEndpoint(const store::Reader& reader, const std::string& name,
                          resource::Message* out) {
  if (!IsInbox(name)) return reader.Load(name, out);
  ASSIGN_OR_RETURN(const auto subscriber, reader.Get<v1::Subscriber>(store::RootOf(name)));
  out->CopyFrom(InboxOf(subscriber));
  return absl::OkStatus();
}

store::ResourceType EndpointType() {
  store::ResourceType type =
      store::MakeType<v1::Endpoint>("endpoint", std::string(kEndpointName.pattern()));
  type.images_in_log = false;  // personal data: the log keeps names alone
  return type;
}

Endpoints::Endpoints(store::Store& store, Random& random, http::AddressGuard guard,
                     http::Resolver resolve)
    : Resources(store, NotificationService(),
                EndpointRules(random, std::move(guard), std::move(resolve))) {}

absl::StatusOr<v1::Endpoint> Endpoints::Enable(const WriteCall& call, const std::string& name,
                                               const std::string& etag) {
  if (IsInbox(name)) return Get({.viewer = call.viewer}, name);
  return Modify(call, name, etag, "endpoint.enabled",
                [](const resource::Context&, v1::Endpoint* endpoint) {
                  endpoint->set_state(v1::Endpoint::STATE_ENABLED);
                  endpoint->clear_state_reason();
                  return absl::OkStatus();
                });
}

absl::Status Endpoints::Disable(const std::string& name, std::string_view reason) {
  RETURN_IF_ERROR(CheckDeletable(name));
  WriteCall call{.viewer = filter::Viewer::Operator()};
  call.store.caller = "notification";
  const auto disable = [&](const resource::Context&, v1::Endpoint* endpoint) {
    if (endpoint->state() == v1::Endpoint::STATE_DISABLED) return absl::OkStatus();
    endpoint->set_state(v1::Endpoint::STATE_DISABLED);
    endpoint->set_state_reason(std::string(CutUtf8(reason, kMaxReason)));
    return absl::OkStatus();
  };
  return Modify(call, name, "", "endpoint.disabled", disable).status();
}

absl::StatusOr<std::vector<store::Scanned>> Endpoints::ScanRows(
    const store::Reader& reader, const store::ScanOptions& options) const {
  ASSIGN_OR_RETURN(std::vector<store::Scanned> rows, reader.Scan(options));
  const std::string inbox = InboxNameOf(options.parent);
  if (inbox <= options.after) return rows;
  store::Scanned shown{.resource = std::make_unique<v1::Endpoint>(), .facts = std::nullopt};
  RETURN_IF_ERROR(LoadEndpoint(reader, inbox, shown.resource.get()));
  const auto place = std::ranges::find_if(
      rows, [&](const store::Scanned& row) { return store::NameOf(*row.resource) > inbox; });
  rows.insert(place, std::move(shown));
  if (rows.size() > static_cast<size_t>(options.limit)) rows.pop_back();
  return rows;
}

absl::Status Endpoints::CheckDeletable(const std::string& name) const {
  if (!IsInbox(name)) return absl::OkStatus();
  return Error(absl::StatusCode::kFailedPrecondition, "INBOX_IS_BUILT_IN",
               absl::StrCat(name,
                            " goes with its subscriber: it can't be switched off or "
                            "deleted; pause or delete the subscriptions that use it"));
}

}  // namespace clusterwire::notification
