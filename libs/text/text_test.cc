#include "libs/text/text.h"

#include <algorithm>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/base/random.h"
#include "libs/base/testing/seed.h"
#include "libs/base/text/strings.h"

namespace clusterwire::text {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::string RandomText(Random& random) {
  static const std::vector<std::string> kPieces = {
      "a", "Z", "ß",  "Ø",  "É",  "İ", "ı", "ﬁ", "Σ", "ς", "Ά", "Ж", "й", "ｅ", "e\u0301", "ǅ",
      "Æ", "ẞ", "한", "東", "京", "ไ", "ท", "ย", "-", ".", " ", "'", "7", "²",  "\u00a0"};
  std::string text;
  for (uint64_t i = random.Below(12); i > 0; --i) text += kPieces[random.Below(kPieces.size())];
  return text;
}

TEST(FoldTest, CaseAndAccentsAreGone) {
  EXPECT_EQ(Fold("Silicon SAXONY"), "silicon saxony");
  EXPECT_EQ(Fold("Ørsted Straße Łódź"), "orsted strasse lodz");
  EXPECT_EQ(Fold("ÉCOLE e\u0301cole"), "ecole ecole");
  EXPECT_EQ(Fold("Æon ﬁn"), "aeon fin");
  EXPECT_EQ(Fold("İstanbul Iğdır"), "istanbul igdir");
}

TEST(FoldTest, OtherScriptsKeepTheirLetters) {
  EXPECT_EQ(Fold("ΕΛΛΆΔΑ"), "ελλαδα");
  EXPECT_EQ(Fold("ΛΌΓΟΣ"), Fold("λόγος"));
  EXPECT_EQ(Fold("София"), "софия");
}

TEST(FoldTest, FoldingTwiceIsFoldingOnce) {
  SeededRandom random(TestSeed());
  for (int round = 0; round < 2000; ++round) {
    const std::string text = RandomText(random);
    EXPECT_EQ(Fold(Fold(text)), Fold(text)) << text;
  }
}

TEST(TokensTest, AreRunsOfLettersAndDigits) {
  EXPECT_THAT(Tokens("Cluster-Dialog.NRW (2024)"), ElementsAre("cluster", "dialog", "nrw", "2024"));
  EXPECT_THAT(Tokens("l'industrie"), ElementsAre("l", "industrie"));
  EXPECT_THAT(Tokens("Öresund"), ElementsAre("oresund"));
  EXPECT_THAT(Tokens(" -- & "), IsEmpty());
  EXPECT_THAT(Tokens(""), IsEmpty());
}

TEST(TokensTest, FindsWordsWhereAScriptHasNoSpaces) {
  EXPECT_THAT(Tokens("東京大学"), ElementsAre("東京", "大学"));
}

TEST(TokensTest, LongWordsAreCutBetweenCharacters) {
  const std::vector<std::string> tokens = Tokens("a" + std::string(10, 'b') + [] {
    std::string greek;
    for (int i = 0; i < 100; ++i) greek += "λ";
    return greek;
  }());
  ASSERT_EQ(tokens.size(), 1u);
  EXPECT_LE(tokens[0].size(), kMaxTokenBytes);
  EXPECT_TRUE(IsUtf8(tokens[0]));
}

TEST(TokensTest, ASetIsSortedAndHasEachOnce) {
  EXPECT_THAT(TokenSet({"b a", "A c"}), ElementsAre("a", "b", "c"));
}

TEST(SortKeyTest, OrdersTitlesAsPeopleDo) {
  std::vector<std::string> titles = {"Zebra", "éclair", "Eclipse", "ähnlich", "Apfel", "ab"};
  std::sort(titles.begin(), titles.end(),
            [](const std::string& a, const std::string& b) { return SortKey(a) < SortKey(b); });
  EXPECT_THAT(titles, ElementsAre("ab", "ähnlich", "Apfel", "éclair", "Eclipse", "Zebra"));
}

TEST(SortKeyTest, IsNeverTheStartOfAnother) {
  EXPECT_FALSE(SortKey("Clusters").starts_with(SortKey("Cluster")));
  EXPECT_FALSE(SortKey("Cluster").starts_with(SortKey("")));
}

TEST(SlugTest, IsLowerCaseAsciiWithDashes) {
  EXPECT_EQ(Slug("Silicon Saxony e.V."), "silicon-saxony-e-v");
  EXPECT_EQ(Slug("  Łódź & Straße -- "), "lodz-strasse");
  EXPECT_EQ(Slug("Ελλάδα"), "ellada");
  EXPECT_EQ(Slug("Ukraine's"), "ukraines");
  EXPECT_EQ(Slug("София"), "sofia");
  EXPECT_EQ(Slug("!?"), "");
}

TEST(SlugTest, IsCutBetweenWordsWhereThereIsRoom) {
  EXPECT_EQ(Slug("photonics for europe", 14), "photonics-for");
  EXPECT_EQ(Slug("photonics for europe", 13), "photonics-for");
  EXPECT_EQ(Slug("donaudampfschifffahrt", 10), "donaudampf");
  EXPECT_EQ(Slug("a donaudampfschifffahrt", 10), "a-donaudam");
}

TEST(SlugTest, HoldsNothingElseForAnyText) {
  SeededRandom random(TestSeed());
  for (int round = 0; round < 2000; ++round) {
    const std::string slug = Slug(RandomText(random), 8);
    EXPECT_LE(slug.size(), 8u);
    EXPECT_THAT(slug, testing::MatchesRegex("([a-z0-9]+(-[a-z0-9]+)*)?"));
  }
}

TEST(ThreadsTest, AllFunctionsGiveTheSameOnAnyThread) {
  const std::string text = "Ørsted Straße Ελλάδα 東京大学";
  const std::string fold = Fold(text);
  const std::string slug = Slug(text);
  const std::string key = SortKey(text);
  const std::vector<std::string> tokens = Tokens(text);
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int round = 0; round < 200; ++round) {
        EXPECT_EQ(Fold(text), fold);
        EXPECT_EQ(Slug(text), slug);
        EXPECT_EQ(SortKey(text), key);
        EXPECT_EQ(Tokens(text), tokens);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

TEST(LanguageTagTest, IsALanguageAndPerhapsMore) {
  for (const char* tag : {"de", "DE", "gsw", "sr-Latn", "pt-BR", "es-419", "de-1996", "zh-Hant-TW",
                          "de-DE-u-co-phonebk", "en-x-eu"}) {
    EXPECT_TRUE(IsLanguageTag(tag)) << tag;
  }
}

TEST(LanguageTagTest, NothingElseHasTheShape) {
  for (const char* tag :
       {"", "d", "12", "d1", "german", "-", "-de", "de-", "de--AT", "de_AT", "de AT", "de-x", "dé",
        "de-abcdefghi", "de-aaaaaaaa-bbbbbbbb-cccccccc-dddddddd"}) {
    EXPECT_FALSE(IsLanguageTag(tag)) << tag;
  }
}

}  // namespace
}  // namespace clusterwire::text
