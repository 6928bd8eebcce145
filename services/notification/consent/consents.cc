#include "services/notification/consent/consents.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "libs/base/status/error.h"
#include "services/notification/channels/letters/letter.h"
#include "services/notification/ledger/addresses/suppressions.h"
#include "services/notification/ledger/consent/erasures.h"
#include "services/notification/resources/subscribers/consent_rules.h"

namespace clusterwire::notification {
namespace {

constexpr absl::Duration kPatience = absl::Seconds(5);
constexpr size_t kMostEndpoints = 100;  // of one address, on a page

bool IsActive(const v1::Subscription& subscription) {
  return subscription.consent().state() == v1::Consent::STATE_GIVEN ||
         subscription.consent().state() == v1::Consent::STATE_WAITING;
}

ShownSubscription Shown(const v1::Subscription& subscription) {
  return {.name = subscription.name(),
          .made = WhenMade(subscription),
          .title = subscription.title(),
          .state = subscription.consent().state()};
}

// What stands in the subscription about who asked for its consent.
Proof AskedOf(const v1::Subscription& subscription, std::string_view text) {
  const v1::Consent& consent = subscription.consent();
  return {.endpoint = consent.endpoint(),
          .subscription = subscription.name(),
          .event = Proof::Event::kAsked,
          .time = ToTime(consent.time()),
          .subject = consent.subject(),
          .network = consent.network(),
          .text = std::string(text)};
}

// For a page that can't tell more.
absl::Status Gone() { return absl::NotFoundError("there is nothing here"); }

}  // namespace

WriteCall Consents::ByPages() {
  WriteCall call{.viewer = filter::Viewer::Operator()};
  call.store.caller = "pages";
  return call;
}

absl::Status Consents::CatchUp() { return parts_.interests.CatchUpWithin(kPatience); }

absl::Status Consents::Prove(std::vector<Proof> proofs) {
  return parts_.ledger.Write([&](sql::Connection& connection) -> absl::Status {
    for (const Proof& proof : proofs) RETURN_IF_ERROR(Proofs(connection).Add(proof));
    return absl::OkStatus();
  });
}

// Confirming.

absl::StatusOr<ConfirmView> Consents::ViewAsks(std::string_view mail) {
  const absl::Time now = parts_.clock.Now();
  ConfirmView view;
  std::vector<Ask> open;
  RETURN_IF_ERROR(parts_.ledger.Read([&](sql::Connection& connection) -> absl::Status {
    Asks asks(connection);
    ASSIGN_OR_RETURN(const ConfirmationMail found, asks.FindMail(mail, now));
    view.address = found.address;
    view.language = found.language;
    ASSIGN_OR_RETURN(open, asks.OpenOf(found.address_key, now));
    return absl::OkStatus();
  }));
  std::stable_partition(open.begin(), open.end(), [&](const Ask& ask) { return ask.mail == mail; });
  if (open.size() > kMostShown) open.resize(kMostShown);
  for (const Ask& ask : open) {
    view.asks.push_back({.id = ask.id,
                         .kind = ask.kind,
                         .subscriptions = TitlesOf(ask),
                         .asked_by = ask.asked_by,
                         .network = ask.network,
                         .asked = ask.asked});
  }
  return view;
}

absl::Status Consents::Confirm(std::string_view mail, std::string_view ask_id, absl::Time shown,
                               std::string_view network) {
  const absl::Time now = parts_.clock.Now();
  Ask ask;
  RETURN_IF_ERROR(parts_.ledger.Read([&](sql::Connection& connection) -> absl::Status {
    Asks asks(connection);
    ASSIGN_OR_RETURN(const ConfirmationMail found, asks.FindMail(mail, now));
    ASSIGN_OR_RETURN(ask, asks.Find(ask_id));
    const bool open = ask.address_key == found.address_key && ask.asked > now - Ask::kLife;
    return open ? absl::OkStatus() : Gone();
  }));
  if (ask.answered) return absl::OkStatus();
  const Proof confirmed = {.event = Proof::Event::kConfirmed,
                           .time = now,
                           .network = std::string(network),
                           .text = kConfirmPageText};
  switch (ask.kind) {
    case Ask::Kind::kAddress:
      RETURN_IF_ERROR(ConfirmAddress(ask, shown, confirmed));
      break;
    case Ask::Kind::kSubscription:
      RETURN_IF_ERROR(ConfirmSubscription(ask, confirmed));
      break;
    case Ask::Kind::kSignUp:
      RETURN_IF_ERROR(TakeSignUp(ask, confirmed));
  }
  return parts_.ledger.Write([&](sql::Connection& connection) -> absl::Status {
    if (ask.kind != Ask::Kind::kSubscription) {
      RETURN_IF_ERROR(Erasures(connection).Lift(ask.address_key));
    }
    return Asks(connection).Answer(ask.id);
  });
}

absl::Status Consents::RefuseAll(std::string_view mail) {
  const absl::Time now = parts_.clock.Now();
  return parts_.ledger.Write([&](sql::Connection& connection) -> absl::Status {
    Asks asks(connection);
    ASSIGN_OR_RETURN(const ConfirmationMail found, asks.FindMail(mail, now));
    ASSIGN_OR_RETURN(const std::vector<Ask> open, asks.OpenOf(found.address_key, now));
    for (const Ask& ask : open) RETURN_IF_ERROR(asks.Answer(ask.id));
    return Suppressions(connection)
        .Add(found.address_key, v1::ReportBounceRequest::KIND_COMPLAINT,
             "its owner said so on the page of a mail that asked", now)
        .status();
  });
}

absl::Status Consents::ConfirmAddress(const Ask& ask, absl::Time shown, const Proof& confirmed) {
  ASSIGN_OR_RETURN(const v1::Endpoint endpoint, LoadEndpointOf({ask.target, ask.made}));
  ASSIGN_OR_RETURN(std::vector<v1::Subscription> subscriptions, SubscriptionsTo(endpoint));
  std::erase_if(subscriptions, [&](const v1::Subscription& one) {
    return one.consent().state() != v1::Consent::STATE_WAITING ||
           ToTime(one.consent().time()) > shown;
  });
  std::vector<Proof> proofs = {{.endpoint = ask.target,
                                .event = Proof::Event::kAsked,
                                .time = ask.asked,
                                .subject = ask.asked_by,
                                .network = ask.network,
                                .text = kConfirmationText},
                               confirmed};
  proofs.back().endpoint = ask.target;
  for (const v1::Subscription& one : subscriptions) {
    proofs.push_back(AskedOf(one, kConfirmationText));
    proofs.push_back(confirmed);
    proofs.back().endpoint = ask.target;
    proofs.back().subscription = one.name();
  }
  RETURN_IF_ERROR(Prove(std::move(proofs)));
  RETURN_IF_ERROR(parts_.endpoints.Confirm(ask.target, ask.made).status());
  for (const v1::Subscription& one : subscriptions) {
    const absl::Status given =
        parts_.subscriptions.Say({}, one.name(), WhenMade(one), v1::Consent::STATE_GIVEN).status();
    if (!given.ok() && !absl::IsNotFound(given)) return given;
  }
  return absl::OkStatus();
}

absl::Status Consents::ConfirmSubscription(const Ask& ask, const Proof& confirmed) {
  ASSIGN_OR_RETURN(const v1::Subscription subscription, LoadSubscription({ask.target, ask.made}));
  // What was withdrawn since, or goes elsewhere, isn't what was asked.
  if (subscription.consent().state() != v1::Consent::STATE_WAITING ||
      ToTime(subscription.consent().time()) != ask.asked) {
    return Gone();
  }
  std::vector<Proof> proofs = {AskedOf(subscription, kConfirmationText), confirmed};
  proofs.back().endpoint = subscription.endpoint();
  proofs.back().subscription = subscription.name();
  RETURN_IF_ERROR(Prove(std::move(proofs)));
  ASSIGN_OR_RETURN(
      const v1::Endpoint endpoint,
      parts_.endpoints.Get({.viewer = filter::Viewer::Operator()}, subscription.endpoint()));
  RETURN_IF_ERROR(parts_.endpoints.Confirm(endpoint.name(), WhenMade(endpoint)).status());
  return parts_.subscriptions.Say({}, ask.target, ask.made, v1::Consent::STATE_GIVEN).status();
}

// Unsubscribing.

absl::StatusOr<v1::Endpoint> Consents::LoadEndpointOf(const Links::Target& endpoint) {
  ASSIGN_OR_RETURN(const auto reader, parts_.store.Read());
  ASSIGN_OR_RETURN(v1::Endpoint found, reader->Get<v1::Endpoint>(endpoint.name));
  if (WhenMade(found) != endpoint.made || !NeedsConsent(found)) return Gone();
  return found;
}

absl::StatusOr<v1::Subscription> Consents::LoadSubscription(const Links::Target& subscription) {
  ASSIGN_OR_RETURN(const auto reader, parts_.store.Read());
  ASSIGN_OR_RETURN(v1::Subscription found, reader->Get<v1::Subscription>(subscription.name));
  if (WhenMade(found) != subscription.made || !found.has_consent()) return Gone();
  if (subscription.endpoint.empty()) return found;
  if (found.endpoint() != subscription.endpoint) return Gone();
  RETURN_IF_ERROR(LoadEndpointOf({subscription.endpoint, subscription.endpoint_made}).status());
  return found;
}

absl::StatusOr<std::vector<v1::Subscription>> Consents::SubscriptionsTo(
    const v1::Endpoint& endpoint) {
  ASSIGN_OR_RETURN(const auto reader, parts_.store.Read());
  ASSIGN_OR_RETURN(const auto rows,
                   reader->Scan({.type = "subscription",
                                 .parent = std::string(store::RootOf(endpoint.name())),
                                 .limit = kMaxSubscriptions}));
  std::vector<v1::Subscription> subscriptions;
  for (const store::Scanned& row : rows) {
    const auto& one = static_cast<const v1::Subscription&>(*row.resource);
    if (one.endpoint() == endpoint.name() && one.has_consent()) subscriptions.push_back(one);
  }
  return subscriptions;
}

absl::StatusOr<std::vector<v1::Subscription>> Consents::SubscriptionsOfAddress(
    const v1::Endpoint& endpoint) {
  // Anybody can enter another's address: an unconfirmed one tells and ends nothing beyond
  // itself.
  if (!IsConfirmed(endpoint)) return SubscriptionsTo(endpoint);
  RETURN_IF_ERROR(CatchUp());
  auto endpoints = parts_.interests.EndpointsWith(endpoint.email().address());
  std::erase_if(endpoints, [](const auto& one) { return !IsConfirmed(*one); });
  if (endpoints.size() > kMostEndpoints) endpoints.resize(kMostEndpoints);
  std::vector<v1::Subscription> subscriptions;
  for (const auto& one : endpoints) {
    ASSIGN_OR_RETURN(std::vector<v1::Subscription> some, SubscriptionsTo(*one));
    std::ranges::move(some, std::back_inserter(subscriptions));
  }
  return subscriptions;
}

absl::StatusOr<SubscriptionView> Consents::ViewSubscription(const Links::Target& subscription) {
  const auto found = LoadSubscription(subscription);
  if (absl::IsNotFound(found.status())) return SubscriptionView{.gone = true};
  RETURN_IF_ERROR(found.status());
  return SubscriptionView{.subscription = Shown(*found),
                          .language = LanguageOf(store::RootOf(subscription.name))};
}

absl::Status Consents::Withdraw(const v1::Subscription& subscription, std::string_view network) {
  if (!IsActive(subscription)) return absl::OkStatus();
  const v1::Consent& consent = subscription.consent();
  const absl::Status noted = parts_.endpoints.NoteWithdrawal(consent.endpoint());
  if (!noted.ok() && !absl::IsNotFound(noted)) return noted;
  std::vector<Proof> proofs;
  // Until now the subscription itself was the proof of what its own call gave.
  if (consent.way() == v1::Consent::WAY_CALL) {
    proofs.push_back(AskedOf(subscription, ""));
    proofs.back().event = Proof::Event::kGiven;
  }
  proofs.push_back({.endpoint = consent.endpoint(),
                    .subscription = subscription.name(),
                    .event = Proof::Event::kWithdrawn,
                    .time = parts_.clock.Now(),
                    .network = std::string(network),
                    .text = kUnsubscribePageText});
  RETURN_IF_ERROR(Prove(std::move(proofs)));
  const absl::Status said =
      parts_.subscriptions
          .Say({}, subscription.name(), WhenMade(subscription), v1::Consent::STATE_WITHDRAWN)
          .status();
  if (absl::IsNotFound(said)) return absl::OkStatus();
  RETURN_IF_ERROR(said);
  // What is matched from now on is dropped by the gate.
  RETURN_IF_ERROR(CatchUp());
  parts_.suppress(subscription.name(), "consent: unsubscribed");
  return absl::OkStatus();
}

absl::Status Consents::Unsubscribe(const Links::Target& subscription, std::string_view network) {
  const auto found = LoadSubscription(subscription);
  if (absl::IsNotFound(found.status())) return absl::OkStatus();
  RETURN_IF_ERROR(found.status());
  return Withdraw(*found, network);
}

absl::Status Consents::UnsubscribeAllOf(const Links::Target& subscription,
                                        std::string_view network) {
  const auto found = LoadSubscription(subscription);
  if (absl::IsNotFound(found.status())) return absl::OkStatus();
  RETURN_IF_ERROR(found.status());
  const auto endpoint = parts_.interests.FindEndpoint(found->endpoint());
  if (endpoint == nullptr) return absl::OkStatus();
  return Unsubscribe({endpoint->name(), WhenMade(*endpoint)}, "", network);
}

absl::StatusOr<AddressView> Consents::ViewAddress(const Links::Target& target) {
  ASSIGN_OR_RETURN(const v1::Endpoint endpoint, LoadEndpointOf(target));
  ASSIGN_OR_RETURN(const auto subscriptions, SubscriptionsOfAddress(endpoint));
  AddressView view{.address = endpoint.email().address(),
                   .language = LanguageOf(store::RootOf(target.name))};
  for (const v1::Subscription& one : subscriptions) view.subscriptions.push_back(Shown(one));
  return view;
}

absl::Status Consents::Unsubscribe(const Links::Target& target, std::string_view subscription,
                                   std::string_view network) {
  ASSIGN_OR_RETURN(const v1::Endpoint endpoint, LoadEndpointOf(target));
  ASSIGN_OR_RETURN(const auto subscriptions, SubscriptionsOfAddress(endpoint));
  for (const v1::Subscription& one : subscriptions) {
    if (subscription.empty() || one.name() == subscription) {
      RETURN_IF_ERROR(Withdraw(one, network));
    }
  }
  return absl::OkStatus();
}

absl::Status Consents::SetLanguage(const Links::Target& target, text::Language language) {
  ASSIGN_OR_RETURN(const v1::Endpoint endpoint, LoadEndpointOf(target));
  v1::Subscriber subscriber;
  subscriber.set_name(std::string(store::RootOf(endpoint.name())));
  subscriber.set_language(std::string(text::LanguageTag(language)));
  google::protobuf::FieldMask mask;
  mask.add_paths("language");
  RETURN_IF_ERROR(parts_.subscribers.Update(ByPages(), subscriber, mask).status());
  return CatchUp();
}

}  // namespace clusterwire::notification
