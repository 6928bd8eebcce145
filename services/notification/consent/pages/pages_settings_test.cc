#include "services/notification/consent/pages/pages_settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/base/testing/status_matchers.h"
#include "libs/config/load.h"

namespace clusterwire::notification {
namespace {

using testing::HasSubstr;

constexpr char kGood[] = R"(pages {
    address: "127.0.0.1:0" public_uri: "https://notices.example.org"
    trusted_proxies: "10.0.0.0/8"
    offers { id: "labels" title: "New labels" title_de: "Neue Labels"
             subscription { filter { types: "label" } kinds: "label.awarded" } } })";

FieldErrors ErrorsOf(const std::string& text, PagesSettings* settings = nullptr) {
  config::v1::NotificationConfig config;
  EXPECT_THAT(config::ParseText("test", text, &config), IsOk());
  FieldErrors errors;
  const PagesSettings read = ReadPages(config, errors);
  if (settings != nullptr) *settings = read;
  return errors;
}

std::string With(const std::string& from, const std::string& to) {
  std::string text = kGood;
  const size_t at = text.find(from);
  EXPECT_NE(at, text.npos) << from;
  return text.replace(at, from.size(), to);
}

TEST(PagesSettingsTest, WhatIsRightIsTakenAndWithoutPagesThereAreNone) {
  PagesSettings settings;
  EXPECT_THAT(ErrorsOf(kGood, &settings).ToStatus(), IsOk());
  EXPECT_TRUE(settings.served);
  EXPECT_EQ(settings.http.address, "127.0.0.1");
  EXPECT_EQ(settings.http.trusted_proxies.size(), 1u);
  ASSERT_EQ(settings.offers.size(), 1u);
  EXPECT_EQ(settings.offers[0].title_de(), "Neue Labels");
  EXPECT_THAT(ErrorsOf("", &settings).ToStatus(), IsOk());
  EXPECT_FALSE(settings.served);
}

TEST(PagesSettingsTest, WhatIsWrongIsNamedByItsPath) {
  const auto message = [](const std::string& text) {
    return std::string(ErrorsOf(text).ToStatus().message());
  };
  const std::string uri = "https://notices.example.org";
  EXPECT_THAT(message(With(uri, "http://notices.example.org")), HasSubstr("pages.public_uri"));
  EXPECT_EQ(message(With(uri, "http://127.0.0.1:8090")), "");
  EXPECT_THAT(message(With(uri, uri + "/?a=1")), HasSubstr("pages.public_uri"));
  EXPECT_THAT(message(With(uri, "")), HasSubstr("pages.public_uri"));
  EXPECT_THAT(message(With("10.0.0.0/8", "10.0.0.1/8")), HasSubstr("pages.trusted_proxies[0]"));
  EXPECT_THAT(message(With("127.0.0.1:0", "192.0.2.1:80")), HasSubstr("pages.address"))
      << "without TLS on loopback alone";
  EXPECT_THAT(message(With("id: \"labels\"", "id: \"New\"")), HasSubstr("pages.offers[0].id"));
  EXPECT_THAT(message(With("types: \"label\"", "types: \"lable\"")),
              HasSubstr("pages.offers[0].subscription"));
  EXPECT_THAT(message(With("label.awarded", "label.won")),
              HasSubstr("pages.offers[0].subscription"));
  EXPECT_THAT(message(With("subscription {", "subscription { title: \"x\"")),
              HasSubstr("pages.offers[0].subscription"));
}

}  // namespace
}  // namespace clusterwire::notification
