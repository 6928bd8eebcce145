#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "clusterwire/config/v1/notification.pb.h"

#include "libs/text/language.h"
#include "services/notification/consent/consents.h"
#include "services/notification/consent/pages/page.h"

// What the pages say, in both languages. Pure.
namespace clusterwire::notification {

// What the sign-up form held when it was sent; empty before.
struct SignUpForm {
  std::string token = {};
  std::string address = {};
  std::vector<std::string> offers = {};
  std::string trouble = {};
};

Page NothingHerePage(text::Language language);
Page LaterPage(text::Language language);
// `token` stands for when the page was made.
Page ConfirmPage(const ConfirmView& view, std::string_view shown, text::Language language);
Page ConfirmedPage(text::Language language);
Page RefusedPage(text::Language language);
Page UnsubscribePage(const SubscriptionView& view, text::Language language);
Page UnsubscribedPage(text::Language language);
// `said`: what was just done.
enum class Said { kNothing, kUnsubscribed, kLanguage };
Page PreferencesPage(const AddressView& view, Said said, text::Language language);
Page SignUpPage(const std::vector<config::v1::Offer>& offers, const SignUpForm& form,
                text::Language language);
Page SignedUpPage(text::Language language);
Page TooManySignUpsPage(text::Language language);

// Sentences for SignUpForm::trouble.
std::string BadAddressText(text::Language language);
std::string NoOfferText(text::Language language);
std::string OldFormText(text::Language language);

}  // namespace clusterwire::notification
