#include "services/notification/resources/subscribers/endpoint_rules.h"

#include <algorithm>
#include <span>

#include "absl/strings/str_cat.h"

#include "libs/base/status/error.h"
#include "libs/base/text/strings.h"
#include "libs/base/time/clock.h"
#include "libs/config/check.h"
#include "libs/resource/name.h"
#include "libs/resource/update_mask.h"
#include "libs/store/registry.h"
#include "services/notification/resources/subscribers/consent_rules.h"
#include "services/notification/resources/subscribers/subscription_rules.h"

namespace clusterwire::notification {
namespace {

constexpr std::string_view kInboxId = "inbox";
constexpr size_t kMaxReason = 500;
constexpr absl::Duration kOverlap = absl::Hours(24);  // of secrets
constexpr absl::Duration kMaxOverlap = absl::Hours(30 * 24);

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
                      const EndpointSettings& settings) {
  if (IsInbox(endpoint.name()) && !endpoint.has_inbox()) {
    errors.Add("endpoint_id", "every subscriber has its inbox already; choose another id");
  }
  const EndpointKind* kind = EndpointKindOf(endpoint);
  if (kind == nullptr) {
    errors.Add("endpoint.webhook", "is required, or an email");
  } else {
    kind->Check(endpoint, settings, errors);
  }
  return errors.ToStatus();
}

// FAILED_PRECONDITION for one that a newer release made.
absl::StatusOr<const EndpointKind*> KnownKindOf(const v1::Endpoint& endpoint) {
  if (const EndpointKind* kind = EndpointKindOf(endpoint)) return kind;
  return Error(absl::StatusCode::kFailedPrecondition, "CHANNEL_UNKNOWN",
               absl::StrCat("a newer release made ", endpoint.name(), ": change it there"));
}

// What an update would have to leave aside without a word.
absl::Status CheckUpdatable(const v1::Endpoint& endpoint, const google::protobuf::FieldMask& mask) {
  FieldErrors errors;
  if (endpoint.has_inbox()) {
    errors.Add("endpoint.inbox",
               "a webhook stays one; its webhook.uri and independent are all that can be changed");
  }
  if (endpoint.has_email() ||
      std::ranges::find(mask.paths(), "email.address") != mask.paths().end()) {
    errors.Add(
        "endpoint.email",
        "a mailbox keeps its address: create another endpoint, give it to the subscriptions, "
        "and delete this one");
  }
  if (!endpoint.webhook().secret().empty() ||
      std::ranges::find(mask.paths(), "webhook.secret") != mask.paths().end()) {
    errors.Add("endpoint.webhook.secret", "is not changed by an update: RotateSecret does that");
  }
  return errors.ToStatus();
}

// Besides a name that is none, what else is wrong with an update.
absl::Status CheckNamedUpdate(std::string_view path, const v1::Endpoint& endpoint,
                              const google::protobuf::FieldMask& mask,
                              std::span<const std::string_view> fixed,
                              const EndpointSettings& settings) {
  const absl::Status named = kEndpointName.Check(path, endpoint.name());
  if (named.ok()) return named;
  FieldErrors errors;
  errors.AddAll("", named);
  errors.AddAll("", CheckUpdatable(endpoint, mask));
  v1::Endpoint next;
  errors.AddAll("", resource::ApplyUpdate(endpoint, mask, fixed, &next));
  if (!endpoint.webhook().uri().empty()) {
    *next.mutable_webhook() = endpoint.webhook();
    next.mutable_webhook()->clear_secret();
    EndpointKindOf(next)->Check(next, settings, errors);
  }
  return errors.ToStatus();
}

// The same of a rotation, to the errors of which it is added.
void CheckNamedRotation(const std::string& name, const std::string& secret, Random& random,
                        FieldErrors& errors) {
  const absl::Status named = kEndpointName.Check("name", name);
  if (named.ok()) return;
  errors.AddAll("", named);
  v1::Endpoint some;
  some.mutable_webhook();
  errors.AddAll("", EndpointKindOf(some)->Rotate(some, secret, absl::InfinitePast(), random));
}

// Who enters an address asks for it to be confirmed.
void Settle(const resource::Context& context, v1::Endpoint* endpoint) {
  if (!NeedsConsent(*endpoint) || IsConfirmed(*endpoint) || endpoint->email().has_ask()) return;
  AskForAddress(context.viewer, context.now, endpoint);
}

Rules<v1::Endpoint> EndpointRules(Random& random, EndpointSettings settings) {
  const auto before_create = [&random, settings = std::move(settings)](
                                 v1::Endpoint* endpoint, FieldErrors errors) -> absl::Status {
    RETURN_IF_ERROR(CheckNew(*endpoint, std::move(errors), settings));
    endpoint->set_state(v1::Endpoint::STATE_ENABLED);
    EndpointKindOf(*endpoint)->Complete(*endpoint, random);
    return absl::OkStatus();
  };
  return {
      .type = "endpoint",
      .collection = "endpoints",
      .parent = kSubscriberName.pattern(),
      .output_only = {"state", "state_reason", "state_time", "trouble", "enable_time",
                      "webhook.previous_secret", "webhook.previous_secret_expire_time",
                      "webhook.public_key", "webhook.private_key", "webhook.previous_public_key",
                      "webhook.previous_private_key", "email.suppression", "email.suppress_time",
                      "email.verify_time", "email.ask", "email.withdraw_time"},
      .create_only = {"webhook.secret", "email.address"},
      .random_ids = &random,
      // No check: what is written after its creation is checked where it is set.
      .before_create = before_create,
      .settle = &Settle,
      .check_unused = &CheckUnused,
      .show = &HideSecret,
      .purge = true,
      .most_of_a_parent = kMaxEndpoints};
}

}  // namespace

int64_t WhenMade(const v1::Endpoint& endpoint) {
  return absl::ToUnixMicros(ToTime(endpoint.create_time()));
}

std::string InboxNameOf(std::string_view subscriber) {
  return absl::StrCat(ToAbsl(subscriber), "/endpoints/", ToAbsl(kInboxId));
}

bool IsInbox(std::string_view endpoint) { return endpoint == InboxNameOf(store::RootOf(endpoint)); }

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

Endpoints::Endpoints(store::Store& store, Random& random, EndpointSettings settings,
                     AddressCheck& addresses)
    : Resources(store, NotificationService(), EndpointRules(random, settings)),
      random_(random),
      settings_(std::move(settings)),
      addresses_(addresses) {}

absl::Status Endpoints::AskCreate(const WriteCall& call, std::string_view parent,
                                  const v1::Endpoint& endpoint, std::string_view id,
                                  absl::Time deadline, Then then) {
  WriteCall dry = call;
  dry.store.validate_only = true;
  return AskAddress(call, Create(dry, parent, endpoint, id), deadline, std::move(then));
}

absl::Status Endpoints::AskUpdate(const WriteCall& call, const v1::Endpoint& endpoint,
                                  const google::protobuf::FieldMask& mask, absl::Time deadline,
                                  Then then) {
  WriteCall dry = call;
  dry.store.validate_only = true;
  return AskAddress(call, Update(dry, endpoint, mask), deadline, std::move(then));
}

absl::Status Endpoints::AskAddress(const WriteCall& call, const absl::StatusOr<v1::Endpoint>& tried,
                                   absl::Time deadline, Then then) {
  if (!tried.ok()) {
    if (call.store.request_id.empty()) return tried.status();
    // Perhaps it is a repetition, which gets its first answer: the write knows, or refuses it too.
    then(absl::OkStatus());
    return absl::OkStatus();
  }
  const EndpointKind::Address address = EndpointKindOf(*tried)->AddressOf(*tried);
  const std::string_view subscriber = store::RootOf(tried->name());
  AddressCheck::Place place = addresses_.TakePlace(subscriber);
  if (place == nullptr) return AddressCheck::NoPlace(subscriber);
  return addresses_.Start(
      call.viewer, address.path, address.url, deadline,
      [place = std::move(place), then = std::move(then)](absl::Status status) mutable {
        place.reset();
        then(std::move(status));
      });
}

absl::StatusOr<v1::Endpoint> Endpoints::Create(const WriteCall& call, std::string_view parent,
                                               const v1::Endpoint& endpoint, std::string_view id) {
  ASSIGN_OR_RETURN(v1::Endpoint made, Resources::Create(call, parent, endpoint, id));
  if (const EndpointKind* kind = EndpointKindOf(made)) kind->RemoveHiddenKeys(made);
  return made;
}

absl::StatusOr<v1::Endpoint> Endpoints::Update(const WriteCall& call, const v1::Endpoint& endpoint,
                                               const google::protobuf::FieldMask& mask) {
  constexpr char kNamePath[] = "endpoint.name";
  RETURN_IF_ERROR(CheckNamedUpdate(kNamePath, endpoint, mask, fixed_fields(), settings_));
  const auto update = [&](const resource::Context&, v1::Endpoint* next) -> absl::Status {
    RETURN_IF_ERROR(CheckDeletable(next->name()));
    const v1::Endpoint before = *next;
    FieldErrors errors;
    RETURN_IF_ERROR(errors.AddFrom(CheckUpdatable(endpoint, mask)));
    RETURN_IF_ERROR(errors.AddFrom(resource::ApplyUpdate(endpoint, mask, fixed_fields(), next)));
    if (next->channel_case() != before.channel_case()) {
      errors.Add("endpoint", "stays the kind of endpoint that it is; create another one");
    }
    // What is wrong besides the mask is named too.
    if (!errors.empty()) {
      RETURN_IF_ERROR(resource::ApplyUpdate(endpoint, {}, fixed_fields(), next));
    }
    if (next->channel_case() == before.channel_case() &&
        next->webhook().uri() != before.webhook().uri()) {
      ASSIGN_OR_RETURN(const EndpointKind* kind, KnownKindOf(before));
      kind->Check(*next, settings_, errors);
    }
    return errors.ToStatus();
  };
  return Modify(call, endpoint.name(), endpoint.etag(), "", update, kNamePath);
}

absl::StatusOr<v1::Endpoint> Endpoints::RotateSecret(const WriteCall& call, const std::string& name,
                                                     const std::string& etag,
                                                     const Rotation& rotation) {
  FieldErrors errors;
  absl::Duration overlap = kOverlap;
  if (rotation.overlap.has_value()) {
    config::CheckRange(errors, "overlap", *rotation.overlap, absl::ZeroDuration(), kMaxOverlap);
    overlap = config::ToDuration(*rotation.overlap);
  }
  CheckNamedRotation(name, rotation.secret, random_, errors);
  if (!kEndpointName.Matches(name)) return errors.ToStatus();
  const auto rotate = [&](const resource::Context& context, v1::Endpoint* next) -> absl::Status {
    RETURN_IF_ERROR(CheckDeletable(next->name()));
    const absl::Time until =
        overlap > absl::ZeroDuration() ? context.now + overlap : absl::InfinitePast();
    ASSIGN_OR_RETURN(const EndpointKind* kind, KnownKindOf(*next));
    FieldErrors all = errors;
    all.AddAll("", kind->Rotate(*next, rotation.secret, until, random_));
    return all.ToStatus();
  };
  ASSIGN_OR_RETURN(v1::Endpoint rotated, Modify(call, name, etag, "endpoint.secret_rotated", rotate,
                                                "name", Shown::kAsStored));
  if (const EndpointKind* kind = EndpointKindOf(rotated)) kind->RemoveHiddenKeys(rotated);
  return rotated;
}

absl::StatusOr<v1::Endpoint> Endpoints::Enable(const WriteCall& call, const std::string& name,
                                               const std::string& etag) {
  if (IsInbox(name)) return Get({.viewer = call.viewer}, name);
  return Modify(call, name, etag, "endpoint.enabled",
                [](const resource::Context& context, v1::Endpoint* endpoint) {
                  endpoint->set_state(v1::Endpoint::STATE_ENABLED);
                  endpoint->clear_state_reason();
                  endpoint->clear_state_time();
                  // A write in any case, since those who deliver hear of it by the log.
                  *endpoint->mutable_enable_time() = ToTimestamp(context.now);
                  return absl::OkStatus();
                });
}

absl::StatusOr<v1::Endpoint> Endpoints::Confirm(const std::string& name, int64_t made) {
  WriteCall call{.viewer = filter::Viewer::Operator()};
  call.store.caller = "pages";
  return Modify(call, name, "", "endpoint.confirmed",
                [&](const resource::Context& context, v1::Endpoint* next) -> absl::Status {
                  if (WhenMade(*next) != made) return NotFoundError(name);
                  if (!NeedsConsent(*next)) return absl::OkStatus();
                  v1::Email& email = *next->mutable_email();
                  email.clear_withdraw_time();
                  if (!IsConfirmed(*next)) {
                    *email.mutable_verify_time() = ToTimestamp(context.now);
                  }
                  return absl::OkStatus();
                });
}

absl::Status Endpoints::NoteWithdrawal(const std::string& name) {
  WriteCall call{.viewer = filter::Viewer::Operator()};
  call.store.caller = "pages";
  return Modify(call, name, "", "endpoint.consent_withdrawn",
                [](const resource::Context& context, v1::Endpoint* next) {
                  if (NeedsConsent(*next) && !next->email().has_withdraw_time()) {
                    *next->mutable_email()->mutable_withdraw_time() = ToTimestamp(context.now);
                  }
                  return absl::OkStatus();
                })
      .status();
}

absl::StatusOr<v1::Endpoint> Endpoints::AskAgain(const WriteCall& call, const std::string& name) {
  return Modify(call, name, "", "endpoint.confirmation_asked",
                [](const resource::Context& context, v1::Endpoint* next) -> absl::Status {
                  if (!NeedsConsent(*next)) {
                    return FieldError("name",
                                      "must be an endpoint with an e-mail address, or a "
                                      "subscription that uses one: nothing else is "
                                      "confirmed");
                  }
                  const absl::Time asked = ToTime(next->email().ask().time());
                  if (IsConfirmed(*next) || context.now < asked + kAskPause) {
                    return absl::OkStatus();
                  }
                  AskForAddress(context.viewer, context.now, next);
                  return absl::OkStatus();
                });
}

absl::Status Endpoints::Disable(const std::string& name, std::string_view reason) {
  RETURN_IF_ERROR(CheckDeletable(name));
  WriteCall call{.viewer = filter::Viewer::Operator()};
  call.store.caller = "notification";
  const auto disable = [&](const resource::Context& context, v1::Endpoint* endpoint) {
    if (endpoint->state() == v1::Endpoint::STATE_DISABLED) return absl::OkStatus();
    endpoint->set_state(v1::Endpoint::STATE_DISABLED);
    *endpoint->mutable_state_time() = ToTimestamp(context.now);
    endpoint->set_state_reason(std::string(CutUtf8(reason, kMaxReason)));
    return absl::OkStatus();
  };
  return Modify(call, name, "", "endpoint.disabled", disable).status();
}

absl::StatusOr<v1::Endpoint> Endpoints::SetPaused(const WriteCall& call, const std::string& name,
                                                  const std::string& etag, bool paused) {
  RETURN_IF_ERROR(CheckDeletable(name));
  const auto set = [&](const resource::Context& context, v1::Endpoint* endpoint) -> absl::Status {
    if (endpoint->state() == v1::Endpoint::STATE_DISABLED) {
      return Error(absl::StatusCode::kFailedPrecondition, "ENDPOINT_SWITCHED_OFF",
                   absl::StrCat(name,
                                " is switched off, so nothing waits for it: EnableEndpoint "
                                "switches it on"),
                   {{"resource", name}});
    }
    if (paused == (endpoint->state() == v1::Endpoint::STATE_PAUSED)) return absl::OkStatus();
    endpoint->set_state(paused ? v1::Endpoint::STATE_PAUSED : v1::Endpoint::STATE_ENABLED);
    endpoint->clear_state_time();
    if (paused) *endpoint->mutable_state_time() = ToTimestamp(context.now);
    return absl::OkStatus();
  };
  return Modify(call, name, etag, paused ? "endpoint.paused" : "endpoint.resumed", set);
}

absl::Status Endpoints::LoadRow(const store::Reader& reader, const std::string& name,
                                resource::Message* out) const {
  RETURN_IF_ERROR(LoadEndpoint(reader, name, out));
  v1::Endpoint* const endpoint = static_cast<v1::Endpoint*>(out);
  if (complete_) complete_({&endpoint, 1});
  return absl::OkStatus();
}

absl::StatusOr<std::vector<store::Scanned>> Endpoints::ScanRows(
    const store::Reader& reader, const store::ScanOptions& options) const {
  ASSIGN_OR_RETURN(std::vector<store::Scanned> rows, reader.Scan(options));
  std::vector<v1::Endpoint*> endpoints;
  for (store::Scanned& row : rows) {
    endpoints.push_back(static_cast<v1::Endpoint*>(row.resource.get()));
  }
  if (complete_) complete_(endpoints);
  if (options.parent.empty()) return rows;
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
                            " goes with its subscriber: it can't be changed, switched off, paused "
                            "or deleted; pause or delete the subscriptions that use it"));
}

}  // namespace clusterwire::notification
