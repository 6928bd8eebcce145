#include "services/notification/resources/subscribers/endpoint_rules.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

#include "libs/base/status/error.h"
#include "libs/base/status/status_macros.h"
#include "libs/base/text/strings.h"
#include "libs/base/text/utf8.h"
#include "libs/resource/call.h"
#include "libs/resource/id.h"
#include "libs/resource/update_mask.h"
#include "services/notification/resources/subscribers/access.h"
#include "services/notification/resources/subscribers/names.h"
#include "services/notification/resources/subscribers/scan.h"
#include "services/notification/resources/subscribers/secret.h"
#include "services/notification/resources/subscribers/subscription_rules.h"

namespace clusterwire::notification {
namespace {

constexpr std::string_view kInboxId = "inbox";
constexpr size_t kMaxUri = 2000;
constexpr size_t kMaxReason = 500;

bool IsInbox(std::string_view endpoint) { return endpoint == InboxNameOf(store::RootOf(endpoint)); }

v1::Endpoint WithoutSecret(v1::Endpoint endpoint) {
  if (endpoint.has_webhook()) endpoint.mutable_webhook()->clear_secret();
  return endpoint;
}

absl::Status BuiltInError(std::string_view name) {
  return Error(absl::StatusCode::kFailedPrecondition, "INBOX_IS_BUILT_IN",
               absl::StrCat(ToAbsl(name),
                            " goes with its subscriber: it can't be switched off or "
                            "deleted; pause or delete the subscriptions that use it"));
}

absl::StatusOr<std::vector<v1::Endpoint>> StoredUnder(const store::Reader& reader,
                                                      const std::string& subscriber) {
  return ListUpTo<v1::Endpoint>(reader, Under("endpoint", subscriber), kMaxEndpoints);
}

absl::Status CheckUnused(const store::Reader& reader, const std::string& name) {
  ASSIGN_OR_RETURN(const auto subscriptions,
                   ListUpTo<v1::Subscription>(reader, Under("subscription", store::RootOf(name)),
                                              kMaxSubscriptions));
  for (const v1::Subscription& subscription : subscriptions) {
    if (subscription.endpoint() != name) continue;
    return Error(absl::StatusCode::kFailedPrecondition, "ENDPOINT_IN_USE",
                 absl::StrCat(subscription.name(), " uses ", name,
                              ": give it another endpoint or delete it first"),
                 {{"resource", name}, {"subscription", subscription.name()}});
  }
  return absl::OkStatus();
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

absl::StatusOr<v1::Endpoint> Endpoints::Get(const rpc::CallContext& call,
                                            const v1::GetEndpointRequest& request) const {
  RETURN_IF_ERROR(kEndpointName.Check("name", request.name()));
  RETURN_IF_ERROR(CheckMayUse(call.caller, request.name()));
  ASSIGN_OR_RETURN(const auto reader, store_.Read());
  return GetFrom(*reader, request.name());
}

absl::StatusOr<v1::Endpoint> Endpoints::GetFrom(const store::Reader& reader,
                                                const std::string& name) {
  if (IsInbox(name)) {
    ASSIGN_OR_RETURN(const auto subscriber, reader.Get<v1::Subscriber>(store::RootOf(name)));
    return InboxOf(subscriber);
  }
  ASSIGN_OR_RETURN(v1::Endpoint endpoint, reader.Get<v1::Endpoint>(name));
  return WithoutSecret(std::move(endpoint));
}

absl::StatusOr<std::vector<v1::Endpoint>> Endpoints::List(const rpc::CallContext& call,
                                                          const std::string& parent,
                                                          std::string_view after,
                                                          size_t limit) const {
  RETURN_IF_ERROR(kSubscriberName.Check("parent", parent));
  RETURN_IF_ERROR(CheckMayUse(call.caller, parent));
  ASSIGN_OR_RETURN(const auto reader, store_.Read());
  ASSIGN_OR_RETURN(const auto subscriber, reader->Get<v1::Subscriber>(parent));
  ASSIGN_OR_RETURN(std::vector<v1::Endpoint> all, StoredUnder(*reader, parent));
  all.push_back(InboxOf(subscriber));
  std::ranges::sort(all, {}, &v1::Endpoint::name);
  std::vector<v1::Endpoint> page;
  for (v1::Endpoint& endpoint : all) {
    if (page.size() < limit && endpoint.name() > after) {
      page.push_back(WithoutSecret(std::move(endpoint)));
    }
  }
  return page;
}

// All that is wrong with the request, besides `errors`.
absl::Status Endpoints::CheckNew(const v1::CreateEndpointRequest& request,
                                 FieldErrors errors) const {
  const v1::Endpoint& endpoint = request.endpoint();
  if (request.endpoint_id() == kInboxId || endpoint.has_inbox()) {
    errors.Add(endpoint.has_inbox() ? "endpoint.inbox" : "endpoint_id",
               "every subscriber has its inbox already; choose another id, and a webhook");
  }
  if (!endpoint.has_webhook()) {
    if (!endpoint.has_inbox()) errors.Add("endpoint.webhook", "is required");
    return errors.ToStatus();
  }
  const std::string& uri = endpoint.webhook().uri();
  resource::CheckText(errors, "endpoint.webhook.uri", uri, 1, kMaxUri);
  if (uri.find('#') != std::string::npos) {
    errors.Add("endpoint.webhook.uri", "must not have a fragment ('#')");
  }
  if (!endpoint.webhook().secret().empty() && !KeyOf(endpoint.webhook().secret())) {
    errors.Add("endpoint.webhook.secret",
               "must be \"whsec_\" and 24 to 64 bytes in base64; leave it empty to get one");
  }
  if (!errors.empty()) return errors.ToStatus();
  const absl::Status reachable = guard_.CheckHost(uri, resolve_);
  // That the resolver doesn't answer now says nothing about the address: the caller may try again.
  if (reachable.code() == absl::StatusCode::kUnavailable) return reachable;
  errors.AddAll("endpoint.webhook.uri", reachable);
  return errors.ToStatus();
}

absl::StatusOr<v1::Endpoint> Endpoints::Create(const rpc::CallContext& call,
                                               const v1::CreateEndpointRequest& request) {
  RETURN_IF_ERROR(kSubscriberName.Check("parent", request.parent()));
  RETURN_IF_ERROR(CheckMayUse(call.caller, request.parent()));
  ASSIGN_OR_RETURN(const store::Call store_call, StoreCall(call, request));
  FieldErrors errors;
  const auto id = resource::IdOrRandom("endpoint_id", request.endpoint_id(), random_);
  errors.AddAll("", id.status());
  RETURN_IF_ERROR(CheckNew(request, errors));

  v1::Endpoint endpoint;
  const auto ids = kSubscriberName.Parse(request.parent());
  endpoint.set_name(kEndpointName.Format({ids->front(), *id}));
  endpoint.set_state(v1::Endpoint::STATE_ENABLED);
  *endpoint.mutable_webhook() = request.endpoint().webhook();
  if (endpoint.webhook().secret().empty()) {
    endpoint.mutable_webhook()->set_secret(MakeSecret(random_));
  }
  const auto create = [&](store::Writer& writer) -> absl::Status {
    RETURN_IF_ERROR(writer.Get<v1::Subscriber>(request.parent()).status());
    ASSIGN_OR_RETURN(const auto others, StoredUnder(writer, request.parent()));
    if (others.size() >= kMaxEndpoints) {
      return Error(absl::StatusCode::kFailedPrecondition, "TOO_MANY_ENDPOINTS",
                   absl::StrCat(request.parent(), " has ", kMaxEndpoints,
                                " endpoints, the most there may be: delete one first"));
    }
    return writer.Put(endpoint, "endpoint.created");
  };
  ASSIGN_OR_RETURN(const store::Written written, store_.Write(store_call, create));
  return written.Answer<v1::Endpoint>();
}

absl::StatusOr<v1::Endpoint> Endpoints::Enable(const rpc::CallContext& call,
                                               const v1::EnableEndpointRequest& request) {
  RETURN_IF_ERROR(kEndpointName.Check("name", request.name()));
  RETURN_IF_ERROR(CheckMayUse(call.caller, request.name()));
  if (IsInbox(request.name())) {
    v1::GetEndpointRequest get;
    get.set_name(request.name());
    return Get(call, get);
  }
  ASSIGN_OR_RETURN(const store::Call store_call, StoreCall(call, request));
  const auto enable = [&](store::Writer& writer) -> absl::Status {
    ASSIGN_OR_RETURN(v1::Endpoint endpoint, writer.Get<v1::Endpoint>(request.name()));
    RETURN_IF_ERROR(resource::CheckEtag(endpoint, request.etag()));
    endpoint.set_state(v1::Endpoint::STATE_ENABLED);
    endpoint.clear_state_reason();
    return writer.Put(endpoint, "endpoint.enabled");
  };
  ASSIGN_OR_RETURN(const store::Written written, store_.Write(store_call, enable));
  ASSIGN_OR_RETURN(v1::Endpoint endpoint, written.Answer<v1::Endpoint>());
  return WithoutSecret(std::move(endpoint));
}

absl::Status Endpoints::Delete(const rpc::CallContext& call,
                               const v1::DeleteEndpointRequest& request) {
  RETURN_IF_ERROR(kEndpointName.Check("name", request.name()));
  RETURN_IF_ERROR(CheckMayUse(call.caller, request.name()));
  if (IsInbox(request.name())) return BuiltInError(request.name());
  ASSIGN_OR_RETURN(const store::Call store_call, StoreCall(call, request));
  const auto purge = [&](store::Writer& writer) -> absl::Status {
    ASSIGN_OR_RETURN(const auto endpoint, writer.Get<v1::Endpoint>(request.name()));
    RETURN_IF_ERROR(resource::CheckEtag(endpoint, request.etag()));
    RETURN_IF_ERROR(CheckUnused(writer, request.name()));
    return writer.Purge(request.name(), "endpoint.deleted");
  };
  return store_.Write(store_call, purge).status();
}

absl::Status Endpoints::Disable(const std::string& name, std::string_view reason) {
  if (IsInbox(name)) return BuiltInError(name);
  store::Call call;
  call.caller = "notification";
  const auto disable = [&](store::Writer& writer) -> absl::Status {
    ASSIGN_OR_RETURN(v1::Endpoint endpoint, writer.Get<v1::Endpoint>(name));
    if (endpoint.state() == v1::Endpoint::STATE_DISABLED) return absl::OkStatus();
    endpoint.set_state(v1::Endpoint::STATE_DISABLED);
    endpoint.set_state_reason(std::string(CutUtf8(reason, kMaxReason)));
    return writer.Put(endpoint, "endpoint.disabled");
  };
  return store_.Write(call, disable).status();
}

}  // namespace clusterwire::notification
