#include "services/notification/why/sayings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace clusterwire::notification {
namespace {

std::string German(std::string_view saying) { return SayingIn(text::Language::kGerman, saying); }

TEST(SayingsTest, WhatGatesSayIsSaidInGermanWithoutTheirNames) {
  EXPECT_EQ(German("wanted: the subscription was deleted or paused"),
            "das Abonnement wurde gelöscht oder angehalten");
  EXPECT_EQ(German("paused: subscribers/x/endpoints/w is paused"),
            "subscribers/x/endpoints/w ist angehalten");
  EXPECT_EQ(German("paused: subscribers/x is paused, and it has waited for 30 days"),
            "subscribers/x ist angehalten, und es hat 30 Tage gewartet");
  EXPECT_EQ(German("held: holds/a until 2026-11-30T12:00:00+00:00"),
            "zurückgehalten durch holds/a bis 2026-11-30T12:00:00+00:00");
  EXPECT_EQ(German("discarded: holds/a"), "verworfen durch holds/a");
  EXPECT_EQ(German("quiet: the subscriber's hours until 2026-11-30 09:00 CET"),
            "Ruhezeit bis 2026-11-30 09:00 CET");
  EXPECT_EQ(German("digest: more than 20 mails on one day; the rest comes in one at 2026-12-01"),
            "mehr als 20 Mails an einem Tag; der Rest kommt in einer am 2026-12-01");
  EXPECT_EQ(German("merged: deliveries/1"), "dieselbe Adresse hat es durch deliveries/1");
}

TEST(SayingsTest, OneInsideAnotherIsSaidInGermanToo) {
  EXPECT_EQ(German("waits for its next try; before: given up after 3 tries: HTTP 500"),
            "wartet auf den nächsten Versuch; davor: aufgegeben nach 3 Versuchen: HTTP 500");
  EXPECT_EQ(German("went with deliveries/1: quiet hours"), "ging mit deliveries/1: Ruhezeit");
}

TEST(SayingsTest, WhatIsNotKnownStaysAsItIs) {
  EXPECT_EQ(German("550 no such user"), "550 no such user");
  EXPECT_EQ(German("wanted: something new"), "wanted: something new");
  EXPECT_EQ(German(""), "");
  EXPECT_EQ(SayingIn(text::Language::kEnglish, "quiet: quiet hours"), "quiet: quiet hours");
}

}  // namespace
}  // namespace clusterwire::notification
