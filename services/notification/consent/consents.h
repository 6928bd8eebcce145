#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "clusterwire/config/v1/notification.pb.h"
#include "clusterwire/notification/v1/subscriber.pb.h"
#include "clusterwire/notification/v1/subscription.pb.h"

#include "libs/base/random.h"
#include "libs/base/time/clock.h"
#include "libs/text/language.h"
#include "services/notification/channels/email/address_key.h"
#include "services/notification/consent/links.h"
#include "services/notification/ledger/consent/asks.h"
#include "services/notification/ledger/consent/proofs.h"
#include "services/notification/ledger/ledger.h"
#include "services/notification/resources/subscribers/endpoint_rules.h"
#include "services/notification/resources/subscribers/interests.h"
#include "services/notification/resources/subscribers/subscriber_rules.h"
#include "services/notification/resources/subscribers/subscription_rules.h"

namespace clusterwire::notification {

// Which texts the pages have on which somebody confirms or signs up, for proofs: another one
// whenever their words change.
inline constexpr char kConfirmPageText[] = "confirm-page-2026-11";
inline constexpr char kUnsubscribePageText[] = "unsubscribe-page-2026-11";

// Something that a page asks its reader to confirm.
struct ShownAsk {
  std::string id = {};
  Ask::Kind kind = Ask::Kind::kAddress;
  std::vector<std::string> subscriptions = {};  // titles of what it is about
  std::string asked_by = {};
  std::string network = {};
  absl::Time asked = {};
};
struct ConfirmView {
  std::string address = {};
  std::string language = {};  // BCP 47, of the reader; empty: not known; in all of these
  // Those that are open, the mail's own first; at most kMostShown.
  std::vector<ShownAsk> asks = {};
};

// A subscription of an address.
struct ShownSubscription {
  std::string name = {};
  int64_t made = 0;
  std::string title = {};
  v1::Consent::State state = v1::Consent::STATE_UNSPECIFIED;
};
struct AddressView {
  std::string address = {};
  std::string language = {};
  std::vector<ShownSubscription> subscriptions = {};
};
struct SubscriptionView {
  ShownSubscription subscription = {};
  std::string language = {};
  bool gone = false;  // nothing is known of it any more, and nothing is sent by it
};

// What it is called in a language.
std::string TitleOf(const config::v1::Offer& offer, text::Language language);

// The offer of one cluster or event, by the id that the sign-up page has for it: "about:" and its
// name. None for anything else; whether there is such a resource isn't asked.
std::optional<config::v1::Offer> OfferAbout(std::string_view id);

// What owners of addresses say, by pages, and what is asked of them, by calls. State stands in the
// endpoints and subscriptions, asks and proofs in the ledger. A proof is written before what it
// proves, so that nothing is sent without one; every step may be repeated. Safe for use from any
// thread; writes wait for their commit.
class Consents {
 public:
  static constexpr size_t kMostShown = 20;

  // All of it outlives the consents.
  struct Dependencies {
    store::Store& store;
    Ledger& ledger;
    Interests& interests;
    Subscribers& subscribers;
    Endpoints& endpoints;
    Subscriptions& subscriptions;
    const AddressKey& address_key;
    Clock& clock;
    Random& random;
    // Stops what is pending of a subscription.
    std::function<void(const std::string& subscription, std::string_view reason)> suppress;
  };

  // `offers` are those of the sign-up page.
  Consents(const Dependencies& parts, std::vector<config::v1::Offer> offers)
      : parts_(parts), offers_(std::move(offers)) {}

  // The page of a mail that asks. NOT_FOUND once the mail is past its time.
  absl::StatusOr<ConfirmView> ViewAsks(std::string_view mail);
  // One of them is confirmed by a page that was made at `shown`: what was asked later isn't.
  // NOT_FOUND for what isn't open any more, OK for what was confirmed already.
  absl::Status Confirm(std::string_view mail, std::string_view ask, absl::Time shown,
                       std::string_view network);

  // Nothing more goes to the address of a mail that asks, not even another one that asks, under
  // any subscriber. NOT_FOUND as above.
  absl::Status RefuseAll(std::string_view mail);

  absl::StatusOr<SubscriptionView> ViewSubscription(const Links::Target& subscription);
  // Ends its consent, now; OK where it has none, and where it is gone.
  absl::Status Unsubscribe(const Links::Target& subscription, std::string_view network);
  // The same for all that goes to its address.
  absl::Status UnsubscribeAllOf(const Links::Target& subscription, std::string_view network);

  // All that goes to the address of an endpoint. NOT_FOUND when the endpoint is gone.
  absl::StatusOr<AddressView> ViewAddress(const Links::Target& endpoint);
  // Ends one of those; all of them when `subscription` is empty.
  absl::Status Unsubscribe(const Links::Target& endpoint, std::string_view subscription,
                           std::string_view network);
  absl::Status SetLanguage(const Links::Target& endpoint, text::Language language);

  // Keeps what was chosen on the sign-up page until the address is confirmed. Answers and takes the
  // same for all addresses. `address` is in form; unknown offers are left out, and of those about
  // one resource all but the first.
  absl::Status SignUp(std::string_view address, text::Language language,
                      const std::vector<std::string>& offers, std::string_view network);
  const std::vector<config::v1::Offer>& offers() const { return offers_; }

  // A call that asks once more for the confirmation of an endpoint or a subscription.
  absl::StatusOr<v1::RequestConfirmationResponse> Request(const WriteCall& call,
                                                          const std::string& name);
  // FAILED_PRECONDITION, reason ADDRESS_ERASED, when an operator enters an address whose owner had
  // themselves erased.
  absl::Status CheckMayEnter(const filter::Viewer& viewer, const v1::Endpoint& endpoint);

  // Calls `wake` whenever something was asked for by a page or a call; before the first of them.
  void TellWhenAsked(std::function<void()> wake) { wake_ = std::move(wake); }
  void Asked() const {
    if (wake_) wake_();
  }
  // Puts all that waits for an answer into the ledger, where it isn't yet.
  absl::Status NoteAsks();
  // The titles of what an ask is about.
  std::vector<std::string> TitlesOf(const Ask& ask);

 private:
  // What pages write: whose links opened them is proof enough.
  static WriteCall ByPages();
  absl::Status CatchUp();
  // As CheckMayEnter(), of an endpoint that is there.
  absl::Status CheckMayAsk(const filter::Viewer& viewer, const std::string& endpoint);
  Ask AskOf(const v1::Endpoint& endpoint);
  Ask AskOf(const v1::Subscription& subscription, const v1::Endpoint& endpoint);
  std::string LanguageOf(std::string_view subscriber);
  absl::StatusOr<v1::Endpoint> LoadEndpointOf(const Links::Target& endpoint);
  // NOT_FOUND where it is gone, or another is there under its name.
  absl::StatusOr<v1::Subscription> LoadSubscription(const Links::Target& subscription);
  absl::StatusOr<std::vector<v1::Subscription>> SubscriptionsTo(const v1::Endpoint& endpoint);
  // Of all confirmed endpoints with the address of this one, if it is confirmed itself.
  absl::StatusOr<std::vector<v1::Subscription>> SubscriptionsOfAddress(
      const v1::Endpoint& endpoint);
  absl::Status Withdraw(const v1::Subscription& subscription, std::string_view network);
  absl::Status Prove(std::vector<Proof> proofs);
  absl::Status ConfirmAddress(const Ask& ask, absl::Time shown, const Proof& confirmed);
  absl::Status ConfirmSubscription(const Ask& ask, const Proof& confirmed);
  absl::Status TakeSignUp(const Ask& ask, const Proof& confirmed);
  // What a sign-up chose, as far as it is offered still, by the ids of its subscriptions.
  std::vector<config::v1::Offer> ChosenBy(const Ask& ask) const;
  absl::StatusOr<v1::Endpoint> AddEndpointOf(const Ask& ask);
  absl::Status AddOffer(const Ask& ask, const v1::Endpoint& endpoint,
                        const config::v1::Offer& offer, const Proof& confirmed);

  const Dependencies parts_;
  const std::vector<config::v1::Offer> offers_;
  std::function<void()> wake_;
};

}  // namespace clusterwire::notification
