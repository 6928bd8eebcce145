#include "services/notification/consent/pages/pages.h"

#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

#include "libs/base/status/error.h"
#include "libs/base/text/strings.h"
#include "libs/http/server/form.h"
#include "libs/telemetry/log.h"
#include "libs/text/form.h"
#include "services/notification/consent/pages/page.h"
#include "services/notification/consent/pages/page_texts.h"

namespace clusterwire::notification {
namespace {

using text::Language;

// What stands behind the path.
std::string_view TokenOf(const http::ServerRequest& request, std::string_view path) {
  return std::string_view(request.path).substr(path.size());
}

Language BrowserLanguage(const http::ServerRequest& request) {
  const auto found = request.headers.find("accept-language");
  return text::LanguageAsked(found == request.headers.end() ? "" : found->second);
}

// That of the reader, if they chose one.
Language LanguageFor(const std::string& chosen, const http::ServerRequest& request) {
  return chosen.empty() ? BrowserLanguage(request) : text::LanguageFor(chosen);
}

http::ServerReply NothingHere(const http::ServerRequest& request) {
  return ReplyOf(404, NothingHerePage(BrowserLanguage(request)));
}

http::ServerReply Failed(const absl::Status& status, const http::ServerRequest& request) {
  if (absl::IsNotFound(status)) return NothingHere(request);
  telemetry::LogWarning("a page can't be served now", {{"error", status}});
  http::ServerReply reply = ReplyOf(503, LaterPage(BrowserLanguage(request)));
  reply.headers.emplace_back("Retry-After", "60");
  return reply;
}

// When a page was made, as its form holds it.
std::string ShownText(absl::Time now) { return absl::StrCat(absl::ToUnixMicros(now)); }

absl::Time ShownAt(std::string_view text) {
  int64_t micros = 0;
  return absl::SimpleAtoi(ToAbsl(text), &micros) ? absl::FromUnixMicros(micros)
                                                 : absl::InfinitePast();
}

}  // namespace

std::vector<http::Route> Pages::Routes() {
  using Handler = http::ServerReply (Pages::*)(const http::ServerRequest&);
  std::vector<http::Route> routes;
  const auto route = [&](const char* method, std::string_view path, Handler handler) {
    routes.push_back(
        {method, std::string(path), [this, handler](const http::ServerRequest& request) {
           return (this->*handler)(request);
         }});
  };
  const auto add = [&](std::string_view path, Handler show, Handler act) {
    route("GET", path, show);
    route("POST", path, act);
  };
  add(kConfirmPath, &Pages::ShowAsks, &Pages::Confirm);
  add(kUnsubscribePath, &Pages::ShowSubscription, &Pages::Unsubscribe);
  add(kPreferencesPath, &Pages::ShowPreferences, &Pages::SetPreferences);
  if (!consents_.offers().empty()) add(kSignUpPath, &Pages::ShowSignUp, &Pages::SignUp);
  routes.push_back({"GET", "/", &NothingHere});
  return routes;
}

http::ServerReply Pages::Reply(int status, Page page) const {
  page.sender = sender_;
  return ReplyOf(status, page);
}

http::ServerReply Pages::ShowAsks(const http::ServerRequest& request) {
  const auto mail = links_.ReadConfirm(TokenOf(request, kConfirmPath));
  if (!mail) return NothingHere(request);
  const absl::Time shown = clock_.Now();
  const auto view = consents_.ViewAsks(*mail);
  if (!view.ok()) return Failed(view.status(), request);
  return Reply(200, ConfirmPage(*view, ShownText(shown), LanguageFor(view->language, request)));
}

http::ServerReply Pages::Confirm(const http::ServerRequest& request) {
  const auto mail = links_.ReadConfirm(TokenOf(request, kConfirmPath));
  if (!mail) return NothingHere(request);
  const http::Form form = http::ParseForm(request.body);
  if (http::ValueOf(form, "never") == "1") {
    const auto view = consents_.ViewAsks(*mail);
    if (!view.ok()) return Failed(view.status(), request);
    const absl::Status refused = consents_.RefuseAll(*mail);
    if (!refused.ok()) return Failed(refused, request);
    return Reply(200, RefusedPage(LanguageFor(view->language, request)));
  }
  const absl::Status confirmed =
      consents_.Confirm(*mail, http::ValueOf(form, "ask"), ShownAt(http::ValueOf(form, "shown")),
                        NetworkOf(request.remote));
  if (!confirmed.ok()) return Failed(confirmed, request);
  const auto view = consents_.ViewAsks(*mail);
  if (!view.ok()) return Failed(view.status(), request);
  return Reply(200, ConfirmedPage(LanguageFor(view->language, request)));
}

http::ServerReply Pages::ShowSubscription(const http::ServerRequest& request) {
  const auto target = links_.ReadUnsubscribe(TokenOf(request, kUnsubscribePath));
  if (!target) return NothingHere(request);
  const auto view = consents_.ViewSubscription(*target);
  if (!view.ok()) return Failed(view.status(), request);
  return Reply(200, UnsubscribePage(*view, LanguageFor(view->language, request)));
}

// Any POST: mail programs send theirs in two encodings (RFC 8058), and the token says it all.
http::ServerReply Pages::Unsubscribe(const http::ServerRequest& request) {
  const auto target = links_.ReadUnsubscribe(TokenOf(request, kUnsubscribePath));
  if (!target) return NothingHere(request);
  const auto view = consents_.ViewSubscription(*target);
  if (!view.ok()) return Failed(view.status(), request);
  const bool all = http::ValueOf(http::ParseForm(request.body), "all") == "1";
  const std::string network = NetworkOf(request.remote);
  const absl::Status done =
      all ? consents_.UnsubscribeAllOf(*target, network) : consents_.Unsubscribe(*target, network);
  if (!done.ok()) return Failed(done, request);
  return Reply(200, UnsubscribedPage(LanguageFor(view->language, request)));
}

http::ServerReply Pages::ShowPreferences(const http::ServerRequest& request) {
  const auto target = links_.ReadPreferences(TokenOf(request, kPreferencesPath), clock_.Now());
  if (!target) return NothingHere(request);
  const auto view = consents_.ViewAddress(*target);
  if (!view.ok()) return Failed(view.status(), request);
  return Reply(200, PreferencesPage(*view, Said::kNothing, LanguageFor(view->language, request)));
}

http::ServerReply Pages::SetPreferences(const http::ServerRequest& request) {
  const auto target = links_.ReadPreferences(TokenOf(request, kPreferencesPath), clock_.Now());
  if (!target) return NothingHere(request);
  const http::Form form = http::ParseForm(request.body);
  const std::string_view subscription = http::ValueOf(form, "subscription");
  const std::string_view language = http::ValueOf(form, "language");
  absl::Status done;
  Said said = Said::kNothing;
  if (http::ValueOf(form, "all") == "1" || !subscription.empty()) {
    done = consents_.Unsubscribe(*target, subscription, NetworkOf(request.remote));
    said = Said::kUnsubscribed;
  } else if (!language.empty()) {
    done = consents_.SetLanguage(*target, text::LanguageFor(language));
    said = Said::kLanguage;
  }
  if (!done.ok()) return Failed(done, request);
  const auto view = consents_.ViewAddress(*target);
  if (!view.ok()) return Failed(view.status(), request);
  return Reply(200, PreferencesPage(*view, said, LanguageFor(view->language, request)));
}

http::ServerReply Pages::ShowSignUp(const http::ServerRequest& request) {
  const std::string network(NeighboursOf(NetworkOf(request.remote)));
  const auto chosen = request.query.find("language");
  const Language language =
      chosen == request.query.end() ? BrowserLanguage(request) : text::LanguageFor(chosen->second);
  SignUpForm form{.token = links_.FormToken(network, clock_.Now())};
  // A page of the catalogue leads here from a cluster or an event.
  if (const auto about = request.query.find("about"); about != request.query.end()) {
    form.offers.push_back(absl::StrCat("about:", about->second));
  }
  return Reply(200, SignUpPage(OffersFor(form), form, language));
}

std::vector<config::v1::Offer> Pages::OffersFor(const SignUpForm& form) const {
  std::vector<config::v1::Offer> offers = consents_.offers();
  for (const std::string& id : form.offers) {
    std::optional<config::v1::Offer> about = OfferAbout(id);
    if (!about) continue;
    offers.insert(offers.begin(), *std::move(about));
    break;
  }
  return offers;
}

http::ServerReply Pages::SignUp(const http::ServerRequest& request) {
  const http::Form form = http::ParseForm(request.body);
  const std::string full_network = NetworkOf(request.remote);
  const std::string network(NeighboursOf(full_network));
  const std::string_view chosen = http::ValueOf(form, "language");
  const Language language = chosen.empty() ? BrowserLanguage(request) : text::LanguageFor(chosen);
  const absl::Time now = clock_.Now();
  SignUpForm again{.token = links_.FormToken(network, now),
                   .address = std::string(http::ValueOf(form, "address"))};
  const auto [first, last] = form.equal_range("offer");
  for (auto offer = first; offer != last; ++offer) again.offers.push_back(offer->second);

  const auto refuse = [&](std::string trouble) {
    again.trouble = std::move(trouble);
    return Reply(422, SignUpPage(OffersFor(again), again, language));
  };
  FieldErrors errors;
  const std::string address = text::InForm(again.address, type::v1::FORM_EMAIL, "address", errors);
  if (!errors.empty() || address.empty()) return refuse(BadAddressText(language));
  if (again.offers.empty()) return refuse(NoOfferText(language));
  if (!links_.CheckFormToken(http::ValueOf(form, "token"), network, now)) {
    return refuse(OldFormText(language));
  }
  if (!limits_.Take(network)) return Reply(429, TooManySignUpsPage(language));
  const absl::Status kept = consents_.SignUp(address, language, again.offers, full_network);
  if (absl::IsInvalidArgument(kept)) return refuse(NoOfferText(language));
  if (!kept.ok()) return Failed(kept, request);
  consents_.Asked();
  return Reply(200, SignedUpPage(language));
}

}  // namespace clusterwire::notification
