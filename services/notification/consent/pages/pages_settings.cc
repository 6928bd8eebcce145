#include "services/notification/consent/pages/pages_settings.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

#include "libs/base/net/ip_address.h"
#include "libs/base/text/strings.h"
#include "libs/config/check.h"
#include "libs/http/url.h"
#include "libs/match/matcher.h"
#include "libs/service/settings.h"
#include "services/notification/resources/subscribers/subscription_changes.h"
#include "services/notification/resources/subscribers/subscription_rules.h"

namespace clusterwire::notification {
namespace {

constexpr size_t kMaxPublicUri = 200;
constexpr size_t kMaxOfferId = 40;
constexpr size_t kMaxOfferTitle = 200;

void CheckPublicUri(const std::string& uri, FieldErrors& errors) {
  constexpr char kPath[] = "pages.public_uri";
  const auto url = http::Url::Parse(uri);
  if (!url.ok()) {
    errors.AddAll(kPath, url.status());
    return;
  }
  const auto ip = IpAddress::Parse(url->host);
  const bool loopback = url->host == "localhost" || (ip && ip->is_loopback());
  if (url->scheme != "https" && !loopback) {
    errors.Add(kPath, "must be an https address: what its links hold is for its receiver alone");
  }
  if (url->has_fragment || uri.find('?') != uri.npos || uri.size() > kMaxPublicUri) {
    errors.Add(kPath, absl::StrCat("must have no query and no fragment, and at most ",
                                   kMaxPublicUri, " characters"));
  }
}

bool IsOfferId(std::string_view id) {
  return !id.empty() && id.size() <= kMaxOfferId && std::ranges::all_of(id, [](char c) {
    return absl::ascii_islower(static_cast<unsigned char>(c)) ||
           absl::ascii_isdigit(static_cast<unsigned char>(c)) || c == '-';
  });
}

void CheckOffer(const std::string& path, const config::v1::Offer& offer, FieldErrors& errors) {
  if (!IsOfferId(offer.id())) {
    errors.Add(path + ".id",
               absl::StrCat("must be 1 to ", kMaxOfferId, " lower case letters, digits and '-'"));
  }
  for (const auto& [field, title] :
       {std::pair(".title", offer.title()), std::pair(".title_de", offer.title_de())}) {
    const size_t length = Utf8Length(title).value_or(0);
    const bool may_be_empty = std::string_view(field) == ".title_de";
    if (length > kMaxOfferTitle || (title.empty() && !may_be_empty) ||
        (length == 0 && !title.empty())) {
      errors.Add(path + field, absl::StrCat("must have 1 to ", kMaxOfferTitle, " characters"));
    }
  }
  const v1::Subscription& subscription = offer.subscription();
  if (!subscription.title().empty() || !subscription.endpoint().empty() ||
      subscription.state() != v1::Subscription::STATE_UNSPECIFIED) {
    errors.Add(path + ".subscription",
               "must leave out title, endpoint and state: the sign-up sets them");
  }
  const auto predicate = CompileSubscription(subscription);
  errors.AddAll(path, predicate.status());
  if (predicate.ok() && match::IsWide(*predicate)) {
    errors.Add(path + ".subscription.filter",
               "asks about everything, and each change is held against all such subscriptions: "
               "narrow it by a type, a name, a code, a kind, a place or a word");
  }
  FieldErrors changes;
  CheckChanges(subscription, changes);
  errors.AddAll(path, changes.ToStatus());
}

}  // namespace

PagesSettings ReadPages(const config::v1::NotificationConfig& config, FieldErrors& errors) {
  PagesSettings settings;
  settings.served = config.has_pages();
  if (!settings.served) {
    if (config.has_mail()) {
      errors.Add("pages",
                 "is needed with `mail`: the links in mails lead there, to confirm an "
                 "address and to unsubscribe; set pages.address and pages.public_uri");
    }
    return settings;
  }
  const config::v1::Pages& pages = config.pages();
  settings.http =
      service::ReadHttpAddress(config.listen(), "pages.address", pages.address(), errors);
  settings.public_uri = pages.public_uri();
  CheckPublicUri(settings.public_uri, errors);
  for (int i = 0; i < pages.trusted_proxies_size(); ++i) {
    auto range = IpRange::Parse(pages.trusted_proxies(i));
    errors.AddAll(absl::StrCat("pages.trusted_proxies[", i, "]"), range.status());
    if (range.ok()) settings.http.trusted_proxies.push_back(*std::move(range));
  }
  if (static_cast<size_t>(pages.offers_size()) > kMaxOffers) {
    errors.Add("pages.offers", absl::StrCat("must be at most ", kMaxOffers));
  }
  std::set<std::string> ids;
  for (int i = 0; i < pages.offers_size(); ++i) {
    const std::string path = absl::StrCat("pages.offers[", i, "]");
    CheckOffer(path, pages.offers(i), errors);
    if (!ids.insert(pages.offers(i).id()).second) {
      errors.Add(path + ".id", "is the id of another offer; each needs its own");
    }
  }
  settings.offers = {pages.offers().begin(), pages.offers().end()};
  return settings;
}

}  // namespace clusterwire::notification
