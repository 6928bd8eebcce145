#include "services/notification/consent/pages/page_texts.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/strings/str_cat.h"

#include "libs/base/text/strings.h"

namespace clusterwire::notification {
namespace {

using text::Language;

std::string Say(Language language, std::string_view english, std::string_view german) {
  return std::string(text::In(language, english, german));
}

std::string Quoted(Language language, std::string_view title) {
  return language == Language::kGerman ? absl::StrCat("„", ToAbsl(title), "“")
                                       : absl::StrCat("“", ToAbsl(title), "”");
}

// Who asked, when and from where.
std::string AskedBy(const ShownAsk& ask, Language language) {
  const std::string when = text::TimeIn(language, ask.asked, absl::UTCTimeZone());
  const std::string from = ask.network.substr(ask.network.find(':') + 1);
  std::string line = ask.asked_by.empty()
                         ? absl::StrCat(Say(language, "Asked for on ", "Gewünscht am "), when)
                         : absl::StrCat(Say(language, "Asked for by ", "Gewünscht von "),
                                        ask.asked_by, Say(language, " on ", " am "), when);
  if (!from.empty()) {
    absl::StrAppend(&line, Say(language, ", from the network address ", ", von der Netzadresse "),
                    from);
  }
  return absl::StrCat(line, ".");
}

PageForm FormOf(const ShownAsk& ask, std::string_view shown, Language language) {
  PageForm form{
      .fields = {{.name = "ask", .value = ask.id}, {.name = "shown", .value = std::string(shown)}},
      .button = Say(language, "Confirm", "Bestätigen"),
      .loud = true};
  switch (ask.kind) {
    case Ask::Kind::kAddress:
      form.heading =
          Say(language, "Use this address for notices", "Diese Adresse für Nachrichten verwenden");
      break;
    case Ask::Kind::kSubscription:
    case Ask::Kind::kSignUp:
      form.heading = Say(language, "Subscribe", "Abonnieren");
  }
  for (const std::string& title : ask.subscriptions) form.lines.push_back(Quoted(language, title));
  form.lines.push_back(AskedBy(ask, language));
  form.described = form.heading;
  for (const std::string& title : ask.subscriptions) absl::StrAppend(&form.described, ", ", title);
  absl::StrAppend(&form.described, ": ", form.button);
  return form;
}

std::string StateText(v1::Consent::State state, Language language) {
  switch (state) {
    case v1::Consent::STATE_GIVEN:
      return Say(language, "Subscribed.", "Abonniert.");
    case v1::Consent::STATE_WAITING:
      return Say(language, "Not confirmed yet; nothing is sent.",
                 "Noch nicht bestätigt; es wird nichts gesendet.");
    default:
      return Say(language, "Unsubscribed; nothing is sent.",
                 "Abbestellt; es wird nichts gesendet.");
  }
}

bool IsOn(v1::Consent::State state) {
  return state == v1::Consent::STATE_GIVEN || state == v1::Consent::STATE_WAITING;
}

PageForm UnsubscribeForm(const ShownSubscription& subscription, Language language) {
  PageForm form{.heading = subscription.title, .lines = {StateText(subscription.state, language)}};
  if (!IsOn(subscription.state)) return form;
  form.fields = {{.name = "subscription", .value = subscription.name}};
  form.button = Say(language, "Unsubscribe", "Abbestellen");
  form.described = absl::StrCat(form.button, ": ", subscription.title);
  return form;
}

PageForm UnsubscribeAllForm(Language language) {
  return {.heading = Say(language, "Everything", "Alles"),
          .lines = {Say(language, "Ends all subscriptions of this address.",
                        "Beendet alle Abonnements dieser Adresse.")},
          .fields = {{.name = "all", .value = "1"}},
          .button = Say(language, "Unsubscribe from everything", "Alles abbestellen")};
}

// The choice between the languages.
std::vector<PageField> LanguageFields(Language chosen) {
  std::vector<PageField> fields;
  for (const auto& [language, name] :
       {std::pair(Language::kEnglish, "English"), std::pair(Language::kGerman, "Deutsch")}) {
    fields.push_back({.kind = PageField::Kind::kRadio,
                      .name = "language",
                      .value = std::string(text::LanguageTag(language)),
                      .label = name,
                      .checked = language == chosen});
  }
  return fields;
}

std::string RightText(Language language) {
  return Say(language,
             "You can withdraw your consent at any time, with effect from then on: by the link in "
             "every mail.",
             "Sie können Ihre Einwilligung jederzeit für die Zukunft widerrufen: mit dem Link in "
             "jeder Mail.");
}

}  // namespace

Page NothingHerePage(Language language) {
  return {.language = language,
          .title = "Nothing here · Hier ist nichts",
          .paragraphs = {"This link is incomplete, has expired, or belongs to something that no "
                         "longer exists.",
                         "Dieser Link ist unvollständig, abgelaufen oder gehört zu etwas, das es "
                         "nicht mehr gibt."}};
}

Page LaterPage(Language language) {
  return {.language = language,
          .title = Say(language, "Please try again later", "Bitte später noch einmal versuchen"),
          .paragraphs = {Say(language, "This can't be done right now. Nothing was changed.",
                             "Das ist gerade nicht möglich. Es wurde nichts geändert.")}};
}

Page ConfirmPage(const ConfirmView& view, std::string_view shown, Language language) {
  Page page{.language = language, .title = Say(language, "Please confirm", "Bitte bestätigen")};
  if (view.asks.empty()) {
    page.title = Say(language, "Nothing to confirm", "Nichts zu bestätigen");
    page.paragraphs = {Say(language, "Nothing is waiting for your confirmation.",
                           "Es gibt nichts, was auf Ihre Bestätigung wartet.")};
    return page;
  }
  page.paragraphs = {
      absl::StrCat(Say(language, "Somebody entered the address ", "Jemand hat die Adresse "),
                   view.address,
                   Say(language, ". Was it you, and do you want this?",
                       " eingetragen. Waren Sie das, und möchten Sie das?")),
      Say(language, "If not, close this page: nothing is sent to you.",
          "Wenn nicht, schließen Sie diese Seite: Sie bekommen dann nichts.")};
  for (const ShownAsk& ask : view.asks) page.forms.push_back(FormOf(ask, shown, language));
  page.forms.push_back(
      {.heading = Say(language, "It wasn't you?", "Das waren nicht Sie?"),
       .lines = {Say(language, "Then you can forbid all mails to this address, those that ask too.",
                     "Dann können Sie alle Mails an diese Adresse untersagen, auch solche, die "
                     "fragen.")},
       .fields = {{.name = "never", .value = "1"}},
       .button = Say(language, "No mails to this address", "Keine Mails an diese Adresse")});
  page.closing = {RightText(language)};
  return page;
}

Page RefusedPage(Language language) {
  return {.language = language,
          .title = Say(language, "Nothing more is sent", "Es wird nichts mehr gesendet"),
          .paragraphs = {Say(language,
                             "No mails go to this address any more. Who sends them can lift that "
                             "if you ask them to.",
                             "An diese Adresse gehen keine Mails mehr. Der Absender kann das auf "
                             "Ihren Wunsch wieder aufheben.")}};
}

Page ConfirmedPage(Language language) {
  return {.language = language,
          .title = Say(language, "Confirmed", "Bestätigt"),
          .paragraphs = {Say(language, "Thank you. That is confirmed now.",
                             "Vielen Dank. Das ist nun bestätigt."),
                         RightText(language)}};
}

Page UnsubscribePage(const SubscriptionView& view, Language language) {
  if (view.gone || !IsOn(view.subscription.state)) return UnsubscribedPage(language);
  Page page{.language = language,
            .title = Say(language, "Unsubscribe?", "Abbestellen?"),
            .forms = {UnsubscribeForm(view.subscription, language), UnsubscribeAllForm(language)}};
  page.forms[0].loud = true;
  page.forms[0].fields.clear();
  return page;
}

Page UnsubscribedPage(Language language) {
  return {.language = language,
          .title = Say(language, "Unsubscribed", "Abbestellt"),
          .paragraphs = {Say(language, "Nothing more is sent by this subscription.",
                             "Über dieses Abonnement wird nichts mehr gesendet.")}};
}

Page PreferencesPage(const AddressView& view, Said said, Language language) {
  Page page{.language = language,
            .title = Say(language, "Your subscriptions", "Ihre Abonnements"),
            .paragraphs = {absl::StrCat(Say(language, "What goes to ", "Was an "), view.address,
                                        Say(language, ".", " geht."))}};
  if (said == Said::kUnsubscribed) {
    page.paragraphs.insert(page.paragraphs.begin(), Say(language, "Unsubscribed.", "Abbestellt."));
  }
  if (said == Said::kLanguage) {
    page.paragraphs.insert(page.paragraphs.begin(),
                           Say(language, "The language is changed.", "Die Sprache ist geändert."));
  }
  for (const ShownSubscription& one : view.subscriptions) {
    page.forms.push_back(UnsubscribeForm(one, language));
  }
  if (view.subscriptions.empty()) {
    page.paragraphs.push_back(
        Say(language, "There are no subscriptions.", "Es gibt keine Abonnements."));
  }
  if (std::ranges::any_of(view.subscriptions, [](const auto& one) { return IsOn(one.state); })) {
    page.forms.push_back(UnsubscribeAllForm(language));
  }
  page.forms.push_back({.heading = Say(language, "Language", "Sprache"),
                        .fields = LanguageFields(language),
                        .button = Say(language, "Change the language", "Sprache ändern")});
  return page;
}

Page SignUpPage(const std::vector<config::v1::Offer>& offers, const SignUpForm& form,
                Language language) {
  Page page{
      .language = language,
      .title = Say(language, "Subscribe to notices", "Nachrichten abonnieren"),
      .trouble = form.trouble,
      .paragraphs = {Say(language,
                         "You get a mail that asks you to confirm. Until then nothing else is "
                         "sent to you.",
                         "Sie bekommen eine Mail, die um Ihre Bestätigung bittet. Bis dahin "
                         "wird Ihnen nichts anderes gesendet.")}};
  PageForm sign_up{.fields = {{.name = "token", .value = form.token},
                              {.kind = PageField::Kind::kEmail,
                               .name = "address",
                               .value = form.address,
                               .label = Say(language, "E-mail address", "E-Mail-Adresse")}},
                   .button = Say(language, "Subscribe", "Abonnieren"),
                   .loud = true};
  sign_up.fields.push_back(
      {.kind = PageField::Kind::kGroup, .label = Say(language, "What about", "Worüber")});
  for (const config::v1::Offer& offer : offers) {
    sign_up.fields.push_back(
        {.kind = PageField::Kind::kCheckbox,
         .name = "offer",
         .value = offer.id(),
         .label = TitleOf(offer, language),
         .checked = std::ranges::find(form.offers, offer.id()) != form.offers.end()});
  }
  sign_up.fields.push_back(
      {.kind = PageField::Kind::kGroup, .label = Say(language, "Language", "Sprache")});
  std::ranges::copy(LanguageFields(language), std::back_inserter(sign_up.fields));
  page.forms = {std::move(sign_up)};
  page.closing = {RightText(language)};
  return page;
}

Page SignedUpPage(Language language) {
  return {
      .language = language,
      .title = Say(language, "Please look into your mailbox", "Bitte sehen Sie in Ihr Postfach"),
      .paragraphs = {
          Say(language,
              "A mail is on its way that asks you to confirm, within seven days. An address gets "
              "one such mail a day.",
              "Eine Mail ist unterwegs, die Sie um Bestätigung bittet, innerhalb von sieben "
              "Tagen. Eine Adresse bekommt eine solche Mail am Tag.")}};
}

Page TooManySignUpsPage(Language language) {
  return {.language = language,
          .title = Say(language, "Too many at once", "Zu viele auf einmal"),
          .paragraphs = {Say(language,
                             "This form was sent from your network many times within an hour. "
                             "Please try again in an hour.",
                             "Dieses Formular wurde aus Ihrem Netz innerhalb einer Stunde sehr oft "
                             "gesendet. Bitte versuchen Sie es in einer Stunde wieder.")}};
}

std::string BadAddressText(Language language) {
  return Say(language, "This is no e-mail address of one mailbox, as anna@example.org.",
             "Das ist keine E-Mail-Adresse eines Postfachs, wie anna@example.org.");
}

std::string NoOfferText(Language language) {
  return Say(language, "Please choose at least one subscription.",
             "Bitte wählen Sie mindestens ein Abonnement.");
}

std::string OldFormText(Language language) {
  return Say(language, "The form was open for a long time. Please send it once more.",
             "Das Formular war lange offen. Bitte senden Sie es noch einmal.");
}

}  // namespace clusterwire::notification
