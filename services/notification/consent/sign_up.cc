// Signing up by the page: kept as an ask, and made a subscriber once it is confirmed.

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"

#include "libs/base/crypto.h"
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

constexpr std::string_view kAbout = "about:";
constexpr size_t kMaxResourceId = 100;  // characters
constexpr size_t kHashBytes = 8;

}  // namespace

std::optional<config::v1::Offer> OfferAbout(std::string_view id) {
  if (!id.starts_with(kAbout)) return std::nullopt;
  const std::string_view name = id.substr(kAbout.size());
  const std::vector<std::string_view> segments = NameSegments(name);
  if (segments.size() != 2 || (segments[0] != "clusters" && segments[0] != "events")) {
    return std::nullopt;
  }
  const bool plain = std::ranges::all_of(segments[1], [](unsigned char c) {
    return absl::ascii_islower(c) || absl::ascii_isdigit(c) || c == '-';
  });
  if (!plain || segments[1].size() > kMaxResourceId) return std::nullopt;
  config::v1::Offer offer;
  offer.set_id(std::string(id));
  // People read no resource names, and what it is called isn't known here: it may not be public.
  const std::string called = absl::StrReplaceAll(ToAbsl(segments[1]), {{"-", " "}});
  offer.set_title(absl::StrCat("All about: ", called));
  offer.set_title_de(absl::StrCat("Alles über: ", called));
  offer.mutable_subscription()->mutable_filter()->add_names(std::string(name));
  return offer;
}

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
  const auto about = std::ranges::find_if(
      chosen, [](const std::string& id) { return OfferAbout(id).has_value(); });
  if (about != chosen.end()) known.push_back(*about);
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
  for (const config::v1::Offer& offer : ChosenBy(ask)) {
    RETURN_IF_ERROR(AddOffer(ask, endpoint, offer, confirmed));
  }
  return absl::OkStatus();
}

std::vector<config::v1::Offer> Consents::ChosenBy(const Ask& ask) const {
  std::vector<config::v1::Offer> chosen;
  for (const absl::string_view id : absl::StrSplit(ask.target, ',')) {
    for (const config::v1::Offer& offer : offers_) {
      if (offer.id() == id) chosen.push_back(offer);
    }
    if (std::optional<config::v1::Offer> about = OfferAbout(ToStd(id))) {
      about->set_id(
          absl::StrCat("about-", absl::BytesToHexString(Sha256(ToStd(id)).substr(0, kHashBytes))));
      chosen.push_back(*std::move(about));
    }
  }
  return chosen;
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
