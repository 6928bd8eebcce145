// Signing up by the page: kept as an ask, and made a subscriber once it is confirmed.

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"

#include "libs/base/status/error.h"
#include "libs/base/text/strings.h"
#include "services/notification/channels/letters/letter.h"
#include "services/notification/consent/consents.h"
#include "services/notification/resources/subscribers/consent_rules.h"

namespace clusterwire::notification {
namespace {

constexpr char kTitle[] = "Sign-up page";
constexpr char kEndpointId[] = "mail";

// The same for the same address, and only for who has the key: who signs up again is who was there.
std::string SubscriberIdOf(const Ask& ask) {
  return absl::StrCat("p-", absl::BytesToHexString(ask.address_key));
}

}  // namespace

std::string TitleOf(const config::v1::Offer& offer, text::Language language) {
  const bool german = language == text::Language::kGerman && !offer.title_de().empty();
  return german ? offer.title_de() : offer.title();
}

absl::Status Consents::SignUp(std::string_view address, text::Language language,
                              const std::vector<std::string>& chosen, std::string_view network) {
  std::vector<std::string> known;
  for (const config::v1::Offer& offer : offers_) {
    if (std::ranges::find(chosen, offer.id()) != chosen.end()) known.push_back(offer.id());
  }
  if (known.empty()) return FieldError("offers", "must name at least one");
  const absl::Time now = parts_.clock.Now();
  const Ask ask = {.id = RandomId(parts_.random),
                   .kind = Ask::Kind::kSignUp,
                   .address_key = parts_.address_key.Of(address),
                   .address = std::string(address),
                   .language = std::string(text::LanguageTag(language)),
                   .target = absl::StrJoin(known, ","),
                   .network = std::string(network),
                   .asked = now};
  return parts_.ledger.Write(
      [&](sql::Connection& connection) { return Asks(connection).Add(ask, now); });
}

absl::Status Consents::TakeSignUp(const Ask& ask, const Proof& confirmed) {
  ASSIGN_OR_RETURN(const v1::Endpoint endpoint, AddEndpointOf(ask));
  // Somebody may have put another mailbox in its place, whose reader has said nothing.
  if (parts_.address_key.Of(endpoint.email().address()) != ask.address_key) {
    return absl::NotFoundError("the endpoint has another address");
  }
  std::vector<Proof> proofs = {{.endpoint = endpoint.name(),
                                .event = Proof::Event::kAsked,
                                .time = ask.asked,
                                .network = ask.network,
                                .text = kConfirmationText},
                               confirmed};
  proofs.back().endpoint = endpoint.name();
  RETURN_IF_ERROR(Prove(std::move(proofs)));
  RETURN_IF_ERROR(parts_.endpoints.Confirm(endpoint.name(), WhenMade(endpoint)).status());
  for (const absl::string_view id : absl::StrSplit(ask.target, ',')) {
    for (const config::v1::Offer& offer : offers_) {
      if (offer.id() == id) RETURN_IF_ERROR(AddOffer(ask, endpoint, offer, confirmed));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<v1::Endpoint> Consents::AddEndpointOf(const Ask& ask) {
  const std::string id = SubscriberIdOf(ask);
  v1::Subscriber subscriber;
  subscriber.set_title(kTitle);
  subscriber.set_language(ask.language);
  absl::Status made = parts_.subscribers.Create(ByPages(), "", subscriber, id).status();
  if (!made.ok() && !absl::IsAlreadyExists(made)) return made;
  const std::string parent = absl::StrCat("subscribers/", id);
  v1::Endpoint endpoint;
  endpoint.mutable_email()->set_address(ask.address);
  made = parts_.endpoints.Create(ByPages(), parent, endpoint, kEndpointId).status();
  if (!made.ok() && !absl::IsAlreadyExists(made)) return made;
  return parts_.endpoints.Get({.viewer = filter::Viewer::Operator()},
                              absl::StrCat(parent, "/endpoints/", kEndpointId));
}

absl::Status Consents::AddOffer(const Ask& ask, const v1::Endpoint& endpoint,
                                const config::v1::Offer& offer, const Proof& confirmed) {
  const std::string parent(store::RootOf(endpoint.name()));
  v1::Subscription wanted = offer.subscription();
  wanted.set_title(TitleOf(offer, text::LanguageFor(ask.language)));
  wanted.set_endpoint(endpoint.name());
  const absl::Status made =
      parts_.subscriptions.Create(ByPages(), parent, wanted, offer.id()).status();
  if (!made.ok() && !absl::IsAlreadyExists(made)) return made;
  const std::string name = absl::StrCat(parent, "/subscriptions/", offer.id());
  ASSIGN_OR_RETURN(const v1::Subscription subscription,
                   parts_.subscriptions.Get({.viewer = filter::Viewer::Operator()}, name));
  Proof asked = {.endpoint = endpoint.name(),
                 .subscription = name,
                 .event = Proof::Event::kAsked,
                 .time = ask.asked,
                 .network = ask.network,
                 .text = kConfirmationText};
  Proof given = confirmed;
  given.endpoint = endpoint.name();
  given.subscription = name;
  RETURN_IF_ERROR(Prove({std::move(asked), std::move(given)}));
  return parts_.subscriptions
      .Say({}, name, WhenMade(subscription), v1::Consent::STATE_GIVEN, ask.asked)
      .status();
}

}  // namespace clusterwire::notification
