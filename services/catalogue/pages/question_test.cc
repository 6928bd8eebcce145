#include "services/catalogue/pages/question.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "libs/base/testing/status_matchers.h"

namespace clusterwire::catalogue {
namespace {

absl::StatusOr<Question> Read(std::map<std::string, std::string> query,
                              const std::string& accept_language = "") {
  http::ServerRequest request{.method = "GET", .path = "/map", .query = std::move(query)};
  if (!accept_language.empty()) request.headers["accept-language"] = accept_language;
  return ReadQuestion(request);
}

TEST(QuestionTest, ParametersAreTheFilterAndTheView) {
  const auto question = Read({{"q", " Quantum  "},
                              {"sector", "ESCA:ict, esca:biotechnology"},
                              {"level", "ecei:gold"},
                              {"lat", "51.5"},
                              {"lon", "-0.1"},
                              {"zoom", "7"},
                              {"utm_source", "mail"}});
  ASSERT_THAT(question, IsOk());
  EXPECT_EQ(question->filter.words(), "Quantum");
  EXPECT_THAT(question->filter.sectors(), testing::ElementsAre("esca:ict", "esca:biotechnology"));
  EXPECT_THAT(question->filter.label_levels(), testing::ElementsAre("ecei:gold"));
  EXPECT_EQ(question->view.latitude, 51.5);
  EXPECT_EQ(question->view.zoom, 7);
  EXPECT_FALSE(question->asked.contains("utm_source"));
}

TEST(QuestionTest, AWholeFilterComesAsJson) {
  const auto question = Read({{"filter", R"({"types":["event"],"period":{"start":"2024"}})"}});
  ASSERT_THAT(question, IsOk());
  EXPECT_THAT(question->filter.types(), testing::ElementsAre("event"));
  EXPECT_EQ(question->filter.period().start(), "2024");
}

TEST(QuestionTest, AllThatCantBeReadIsNamedAtOnce) {
  const auto wrong = Read(
      {{"lat", "91"}, {"zoom", "near"}, {"date", "2024-02-30"}, {"filter", "{"}, {"q", "\xff"}});
  for (const char* name : {"lat", "zoom", "date", "filter", "q"}) {
    EXPECT_THAT(wrong, HasFieldError(name));
  }
}

TEST(QuestionTest, TheLanguageIsChosenOrAskedForByTheBrowser) {
  EXPECT_EQ(Read({}, "de-AT,en;q=0.5")->language, text::Language::kGerman);
  EXPECT_EQ(Read({{"lang", "en"}}, "de")->language, text::Language::kEnglish);
  EXPECT_EQ(Read({})->language, text::Language::kEnglish);
}

TEST(QuestionTest, AnAddressKeepsWhatWasAskedAndChangesWhatIsSaid) {
  const auto question = Read({{"q", "a&b"}, {"page", "x"}, {"lang", "de"}});
  ASSERT_THAT(question, IsOk());
  EXPECT_EQ(AddressOf("/map", *question, {{"page", ""}}), "/map?lang=de&q=a%26b");
  EXPECT_EQ(AddressOf("/map", *question, MapView{1, 2, 3}),
            "/map?lang=de&lat=1.0000&lon=2.0000&q=a%26b&zoom=3");
  EXPECT_EQ(PageOf("clusters/x/labels/y", *question), "/clusters/x?lang=de");
  EXPECT_EQ(PageOf("taxonomies/x", *question), "");
}

}  // namespace
}  // namespace clusterwire::catalogue
