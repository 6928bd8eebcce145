#include "libs/text/form.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "clusterwire/catalogue/v1/cluster.pb.h"
#include "clusterwire/catalogue/v1/label.pb.h"

#include "libs/base/random.h"
#include "libs/base/testing/seed.h"
#include "libs/base/testing/status_matchers.h"

namespace clusterwire::text {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using type::v1::FORM_LINE;
using type::v1::FORM_LINES;

// Of a text that can be brought to form.
std::string Brought(std::string_view text, Form form = FORM_LINE) {
  FieldErrors errors;
  std::string brought = InForm(text, form, "title", errors);
  EXPECT_THAT(errors.ToStatus(), IsOk()) << text;
  return brought;
}

// What is said of a text that can't be.
std::string Refusal(std::string_view text, Form form = FORM_LINE) {
  FieldErrors errors;
  InForm(text, form, "title", errors);
  const google::rpc::BadRequest bad_request = BadRequestOf(errors.ToStatus());
  return bad_request.field_violations().empty() ? ""
                                                : bad_request.field_violations(0).description();
}

TEST(LineTest, WhatLooksTheSameIsTheSame) {
  for (const char* text :
       {"Café Süd", "Cafe\u0301 Su\u0308d", " Café Süd\n", "\uFEFFCafé Süd\u00A0",
        "Ca\u00ADfé Süd\u200B", "\u200ECafé Süd\u200F", "\tCafé Süd\r\n"}) {
    EXPECT_EQ(Brought(text), "Café Süd") << text;
  }
  EXPECT_EQ(Brought("a  b"), "a  b");
  EXPECT_EQ(Brought(""), "");
}

TEST(LineTest, AnEmojiStaysWhatItIs) {
  for (const char* text :
       {"Heart \u2764\uFE0F", "\U0001F468\u200D\U0001F52C lab", "نمی\u200Cخواهم"}) {
    EXPECT_EQ(Brought(text), text);
  }
}

TEST(LineTest, NothingThatIsBlankWithoutItsInvisibleCharacters) {
  for (const char* text : {" ", "\u200B", "\u00AD \u2060", "\uFE0F", "\u3164", "\u2800", "\u00A0",
                           "\U000E0020", "\u200D", "\u2028", "\n", "\u180E\u034F"}) {
    EXPECT_THAT(Refusal(text), HasSubstr("blank")) << text;
    EXPECT_THAT(Refusal(text, FORM_LINES), HasSubstr("blank")) << text;
  }
}

TEST(LineTest, NoCharacterThatForgesAnotherLine) {
  EXPECT_THAT(Refusal("a\nb"), HasSubstr("U+000A as character 2, a line break"));
  EXPECT_THAT(Refusal("a\r\nb"), HasSubstr("a line break"));
  EXPECT_THAT(Refusal("a\u2028b"), HasSubstr("a line break"));
  EXPECT_THAT(Refusal("a\tb"), HasSubstr("a tab"));
  for (const char* text : {"a\rb", "a\x1b[31mb", "a\x7f b", "a\u0085b", "a\u009bb"}) {
    EXPECT_THAT(Refusal(text), HasSubstr("a control character")) << text;
  }
  for (const char* text :
       {"a\u202Eb", "a\u202Ab", "a\u2066b", "a\u2069b", "a\u200Fb", "a\u061Cb", "\u202Eb"}) {
    EXPECT_THAT(Refusal(text), HasSubstr("direction of writing")) << text;
  }
  EXPECT_THAT(Refusal("a\uFFFFb"), HasSubstr("U+FFFF as character 2, which is no character"));
  EXPECT_THAT(Refusal(std::string_view("a\0b", 3)), HasSubstr("U+0000"));
}

TEST(LineTest, CharactersAreCountedAsTheyAreStored) {
  EXPECT_THAT(Refusal("e\u0301e\u0301\x01"), HasSubstr("as character 3"));
}

TEST(LinesTest, EveryLineEndIsALineFeed) {
  EXPECT_EQ(Brought("a\r\nb\rc\u2028d\u0085e\n", FORM_LINES), "a\nb\nc\nd\ne");
  EXPECT_EQ(Brought("a\tb", FORM_LINES), "a\tb");
  EXPECT_EQ(Brought("\u05D0\u200F 1", FORM_LINES), "\u05D0\u200F 1");
}

TEST(LinesTest, OtherControlsAreRefused) {
  for (const char* text : {"a\x0b b", "a\x1b[0m", "a\u202Eb", "a\u2067b", "a\u0080"}) {
    EXPECT_NE(Refusal(text, FORM_LINES), "") << text;
  }
}

TEST(FormTest, AnyTextIsInFormTheSecondTime) {
  static const std::vector<std::string> kPieces = {
      "a",      " ",      "e\u0301", "\u0301", "\u00AD", "\u200B", "\r",
      "\n",     "\u2028", "\u202E",  "\u200D", "\u1100", "\u1161", "\uFE0F",
      "\u0327", "\t",     "Å",       "\u3164", "\u115F", "."};
  SeededRandom random(TestSeed());
  for (int round = 0; round < 5000; ++round) {
    std::string text;
    for (uint64_t i = random.Below(8); i > 0; --i) text += kPieces[random.Below(kPieces.size())];
    for (const Form form : {FORM_LINE, FORM_LINES}) {
      FieldErrors errors;
      const std::string once = InForm(text, form, "title", errors);
      if (!errors.empty()) continue;
      EXPECT_EQ(Brought(once, form), once) << text;
    }
  }
}

TEST(VocabularyTest, ComesToOneForm) {
  EXPECT_EQ(Brought("DE", type::v1::FORM_LANGUAGE), "de");
  EXPECT_EQ(Brought(" zh-hant-tw", type::v1::FORM_LANGUAGE), "zh-Hant-TW");
  EXPECT_EQ(Brought("no language", type::v1::FORM_LANGUAGE), "no language");
  EXPECT_EQ(Brought("NUTS:ded2 ", type::v1::FORM_CODE), "nuts:DED2");
  EXPECT_EQ(Brought("Iso:de", type::v1::FORM_CODE), "iso:DE");
  EXPECT_EQ(Brought("ESCA:ICT", type::v1::FORM_CODE), "esca:ict");
  EXPECT_EQ(Brought("Named:Photonics", type::v1::FORM_CODE), "named:photonics");
  EXPECT_EQ(Brought("Photonics", type::v1::FORM_CODE), "Photonics");
  EXPECT_EQ(Brought("de", type::v1::FORM_COUNTRY), "DE");
  EXPECT_EQ(Brought("Silver", type::v1::FORM_WORD), "silver");
  EXPECT_EQ(Brought("europe/brussels ", type::v1::FORM_TIME_ZONE), "Europe/Brussels");
  EXPECT_EQ(Brought("Europe/Nowhere", type::v1::FORM_TIME_ZONE), "Europe/Nowhere");
  EXPECT_EQ(Brought("2024-q3", type::v1::FORM_DATE), "2024-Q3");
  EXPECT_EQ(Brought(" As it\tis ", type::v1::FORM_EXACT), " As it\tis ");
}

TEST(MessageTest, EveryTextOfARequestIsBroughtToItsForm) {
  catalogue::v1::CreateClusterRequest request;
  auto& cluster = *request.mutable_cluster();
  cluster.set_title("Su\u0308d ");
  cluster.set_country("de");
  cluster.add_languages("DE");
  cluster.add_regions("nuts:ded");
  cluster.set_website(" https://example.org/e\u0301");
  cluster.mutable_seat()->set_city("Ko\u0308ln\n");
  cluster.add_localized_titles()->set_text("Zu\u0308rich");
  cluster.mutable_localized_titles(0)->set_language("FR-ch");
  request.set_request_id(" id ");
  FieldErrors errors;
  BringToForm(&request, errors);
  EXPECT_THAT(errors.ToStatus(), IsOk());
  EXPECT_EQ(cluster.title(), "Süd");
  EXPECT_EQ(cluster.country(), "DE");
  EXPECT_EQ(cluster.languages(0), "de");
  EXPECT_EQ(cluster.regions(0), "nuts:DED");
  EXPECT_EQ(cluster.website(), " https://example.org/e\u0301");
  EXPECT_EQ(cluster.seat().city(), "Köln");
  EXPECT_EQ(cluster.localized_titles(0).text(), "Zürich");
  EXPECT_EQ(cluster.localized_titles(0).language(), "fr-CH");
  EXPECT_EQ(request.request_id(), " id ");
}

TEST(MessageTest, EveryTextThatCantBeIsNamed) {
  catalogue::v1::CreateClusterRequest request;
  auto& cluster = *request.mutable_cluster();
  cluster.set_title("a\nb");
  cluster.add_former_titles("Old");
  cluster.add_former_titles("\u200B");
  cluster.mutable_seat()->set_venue("x\u202Ey");
  cluster.set_summary("a\r\nb");
  FieldErrors errors;
  BringToForm(&request, errors);
  const absl::Status status = errors.ToStatus();
  for (const char* path : {"cluster.title", "cluster.former_titles[1]", "cluster.seat.venue"}) {
    EXPECT_THAT(status, HasFieldError(path));
  }
  EXPECT_EQ(BadRequestOf(status).field_violations_size(), 3);
  EXPECT_EQ(cluster.title(), "a b");
  EXPECT_EQ(cluster.summary(), "a\nb");
}

TEST(MessageTest, PathsMayStandUnderAnother) {
  catalogue::v1::RevokeLabelRequest request;
  request.set_reason("a\x01");
  FieldErrors errors;
  BringToForm(&request, errors, "label");
  EXPECT_THAT(errors.ToStatus(), HasFieldError("label.reason"));
}

}  // namespace
}  // namespace clusterwire::text
