// What owners of addresses are asked, by calls and by what waits.

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

#include "libs/base/crypto.h"
#include "libs/base/status/error.h"
#include "libs/base/text/strings.h"
#include "services/notification/channels/letters/letter.h"
#include "services/notification/consent/consents.h"
#include "services/notification/ledger/consent/erasures.h"
#include "services/notification/resources/subscribers/consent_rules.h"

namespace clusterwire::notification {
namespace {

constexpr int kMostMails = 100;  // made at once

std::string AskId(std::string_view target, int64_t made, absl::Time asked) {
  const std::string text =
      absl::StrCat(ToAbsl(target), "\n", made, "\n", absl::ToUnixMicros(asked));
  constexpr size_t kBytes = 16;
  return absl::BytesToHexString(Sha256(text).substr(0, kBytes));
}

}  // namespace

std::string Consents::LanguageOf(std::string_view subscriber) {
  const auto known = parts_.interests.FindSubscriber(subscriber);
  return known == nullptr ? "" : known->language();
}

Ask Consents::AskOf(const v1::Endpoint& endpoint) {
  const v1::AddressAsk& ask = endpoint.email().ask();
  return {.id = AskId(endpoint.name(), WhenMade(endpoint), ToTime(ask.time())),
          .kind = Ask::Kind::kAddress,
          .address_key = parts_.address_key.Of(endpoint.email().address()),
          .address = endpoint.email().address(),
          .language = LanguageOf(store::RootOf(endpoint.name())),
          .target = endpoint.name(),
          .made = WhenMade(endpoint),
          .asked_by = ask.subject(),
          .network = ask.network(),
          .asked = ToTime(ask.time())};
}

Ask Consents::AskOf(const v1::Subscription& subscription, const v1::Endpoint& endpoint) {
  const v1::Consent& consent = subscription.consent();
  return {.id = AskId(subscription.name(), WhenMade(subscription), ToTime(consent.time())),
          .kind = Ask::Kind::kSubscription,
          .address_key = parts_.address_key.Of(endpoint.email().address()),
          .address = endpoint.email().address(),
          .language = LanguageOf(store::RootOf(endpoint.name())),
          .target = subscription.name(),
          .made = WhenMade(subscription),
          .asked_by = consent.subject(),
          .network = consent.network(),
          .asked = ToTime(consent.time())};
}

absl::Status Consents::NoteAsks() {
  RETURN_IF_ERROR(CatchUp());
  const absl::Time now = parts_.clock.Now();
  const Interests::Asking asking = parts_.interests.asking();
  std::vector<Ask> asks;
  for (const auto& endpoint : asking.endpoints) {
    if (endpoint->email().has_ask()) asks.push_back(AskOf(*endpoint));
  }
  // What goes to an address that isn't confirmed itself is told with that.
  for (const auto& subscription : asking.subscriptions) {
    const auto endpoint = parts_.interests.FindEndpoint(subscription->endpoint());
    if (endpoint != nullptr && IsConfirmed(*endpoint)) {
      asks.push_back(AskOf(*subscription, *endpoint));
    }
  }
  std::erase_if(asks, [&](const Ask& ask) { return ask.asked <= now - Ask::kLife; });
  constexpr size_t kBatch = 200;
  for (size_t first = 0; first < asks.size(); first += kBatch) {
    RETURN_IF_ERROR(parts_.ledger.Write([&](sql::Connection& connection) -> absl::Status {
      for (size_t i = first; i < std::min(asks.size(), first + kBatch); ++i) {
        // What others had asked of an address is over once its owner has themselves erased.
        ASSIGN_OR_RETURN(const absl::Time erased,
                         Erasures(connection).RemembersSince(asks[i].address_key));
        if (asks[i].asked >= erased) RETURN_IF_ERROR(Asks(connection).Add(asks[i], now));
      }
      return absl::OkStatus();
    }));
  }
  return absl::OkStatus();
}

std::vector<std::string> Consents::TitlesOf(const Ask& ask) {
  std::vector<std::string> titles;
  const text::Language language = text::LanguageFor(ask.language);
  switch (ask.kind) {
    case Ask::Kind::kSignUp:
      for (const config::v1::Offer& offer : ChosenBy(ask)) {
        titles.push_back(TitleOf(offer, language));
      }
      break;
    case Ask::Kind::kSubscription: {
      const auto subscription = LoadSubscription({ask.target, ask.made});
      if (subscription.ok()) titles.push_back(subscription->title());
      break;
    }
    case Ask::Kind::kAddress: {
      const auto endpoint = LoadEndpointOf({ask.target, ask.made});
      if (!endpoint.ok()) break;
      const auto subscriptions = SubscriptionsTo(*endpoint);
      if (!subscriptions.ok()) break;
      for (const v1::Subscription& one : *subscriptions) {
        if (one.consent().state() == v1::Consent::STATE_WAITING) titles.push_back(one.title());
      }
    }
  }
  return titles;
}

absl::StatusOr<v1::RequestConfirmationResponse> Consents::Request(const WriteCall& call,
                                                                  const std::string& name) {
  std::string endpoint_name = name;
  std::optional<Ask> ask;
  v1::RequestConfirmationResponse response;
  if (kSubscriptionName.Matches(name)) {
    ASSIGN_OR_RETURN(v1::Subscription subscription,
                     parts_.subscriptions.Get({.viewer = call.viewer}, name));
    if (!subscription.has_consent()) {
      return FieldError("name",
                        "must be a subscription to an endpoint with an e-mail address, or such an "
                        "endpoint: nothing else is confirmed");
    }
    endpoint_name = subscription.endpoint();
    RETURN_IF_ERROR(CheckMayAsk(call.viewer, endpoint_name));
    ASSIGN_OR_RETURN(subscription,
                     parts_.subscriptions.Say(call.viewer, name, WhenMade(subscription),
                                              v1::Consent::STATE_WAITING));
    response.set_confirmed(subscription.consent().state() == v1::Consent::STATE_GIVEN);
    ASSIGN_OR_RETURN(const v1::Endpoint endpoint,
                     parts_.endpoints.Get({.viewer = call.viewer}, endpoint_name));
    if (IsConfirmed(endpoint)) ask = AskOf(subscription, endpoint);
  } else if (!kEndpointName.Matches(name)) {
    return FieldError("name",
                      "must be an endpoint (subscribers/x/endpoints/y) or a subscription "
                      "(subscribers/x/subscriptions/y)");
  }
  if (!ask) {
    RETURN_IF_ERROR(CheckMayAsk(call.viewer, endpoint_name));
    ASSIGN_OR_RETURN(const v1::Endpoint endpoint, parts_.endpoints.AskAgain(call, endpoint_name));
    response.set_confirmed(IsConfirmed(endpoint));
    ask = AskOf(endpoint);
  }
  if (response.confirmed()) return response;
  const absl::Time now = parts_.clock.Now();
  const auto note = [&](sql::Connection& connection) -> absl::StatusOr<absl::Time> {
    Asks asks(connection);
    RETURN_IF_ERROR(asks.Add(*ask, now));
    RETURN_IF_ERROR(asks.MakeMails(kConfirmationText, now, kMostMails,
                                   [this] { return RandomId(parts_.random); })
                        .status());
    ASSIGN_OR_RETURN(const absl::Time last, asks.LastMail(ask->address_key));
    const auto noted = asks.Find(ask->id);
    const bool told = noted.ok() && !noted->mail.empty();
    return told ? last : std::max(now, last + Asks::kMailPause);
  };
  ASSIGN_OR_RETURN(const absl::Time mailed, parts_.ledger.Write(note));
  Asked();
  *response.mutable_mail_time() = ToTimestamp(mailed);
  *response.mutable_expire_time() = ToTimestamp(ask->asked + Ask::kLife);
  return response;
}

absl::Status Consents::CheckMayAsk(const filter::Viewer& viewer, const std::string& endpoint) {
  ASSIGN_OR_RETURN(const v1::Endpoint found, parts_.endpoints.Get({.viewer = viewer}, endpoint));
  return CheckMayEnter(viewer, found);
}

absl::Status Consents::CheckMayEnter(const filter::Viewer& viewer, const v1::Endpoint& endpoint) {
  // An operator who acts as somebody else does isn't them.
  const bool own = !viewer.operator_ && !viewer.subject.empty();
  if (own || !NeedsConsent(endpoint)) return absl::OkStatus();
  const std::string key = parts_.address_key.Of(endpoint.email().address());
  ASSIGN_OR_RETURN(const absl::Time erased, parts_.ledger.Read([&](sql::Connection& connection) {
    return Erasures(connection).RemembersSince(key);
  }));
  if (erased == absl::InfinitePast()) return absl::OkStatus();
  return Error(absl::StatusCode::kFailedPrecondition, "ADDRESS_ERASED",
               "the owner of this address had what was kept of them erased, so it isn't entered "
               "for them: they may sign up themselves, by the sign-up page or a call of their own");
}

}  // namespace clusterwire::notification
