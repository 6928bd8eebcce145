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
      "a",  "Z", "ß", "Ø", "ü",  "å",       "É", "İ", "ı", "ﬁ",  "Σ",
      "ς",  "Ά", "Ж", "й", "ｅ", "e\u0301", "ǅ", "Æ", "ẞ", "한", "東",
      "京", "ไ", "ท", "ย", "-",  ".",       " ", "'", "7", "²",  "\u00a0"};
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

TEST(FoldTest, InvisibleCharactersAreGone) {
  EXPECT_EQ(Fold("Inno\u00ADva\u200Btion\uFEFF"), "innovation");
  EXPECT_EQ(Fold("M\u00ADünchen"), "munchen");
}

TEST(WordsTest, AreRunsOfLettersAndDigits) {
  EXPECT_THAT(Words("Cluster-Dialog.NRW (2024)"), ElementsAre("cluster", "dialog", "nrw", "2024"));
  EXPECT_THAT(Words("l'industrie"), ElementsAre("l", "industrie"));
  EXPECT_THAT(Words("École Łódź"), ElementsAre("ecole", "lodz"));
  EXPECT_THAT(Words("Inno\u00ADva\u00ADtion"), ElementsAre("innovation"));
  EXPECT_THAT(Words(" -- & "), IsEmpty());
  EXPECT_THAT(Words(""), IsEmpty());
}

TEST(WordsTest, KeepTheLettersThatAreSpelledInMoreWays) {
  EXPECT_THAT(Words("ÖRESUND O\u0308resund Ærø-Åre"),
              ElementsAre("öresund", "öresund", "ærø", "åre"));
}

TEST(WordsTest, AreFoundWhereAScriptHasNoSpaces) {
  EXPECT_THAT(Words("東京大学"), ElementsAre("東京", "大学"));
}

TEST(WordsTest, LongOnesAreCutBetweenCharacters) {
  const std::vector<std::string> words = Words("a" + std::string(10, 'b') + [] {
    std::string greek;
    for (int i = 0; i < 100; ++i) greek += "λ";
    return greek;
  }());
  ASSERT_EQ(words.size(), 1u);
  EXPECT_LE(words[0].size(), kMaxTokenBytes);
  EXPECT_TRUE(IsUtf8(words[0]));
}

TEST(WordsTest, OfWordsAreTheSameWords) {
  SeededRandom random(TestSeed());
  for (int round = 0; round < 2000; ++round) {
    const std::string text = RandomText(random) + "ÄÖü";
    for (const std::string& word : Words(text)) EXPECT_THAT(Words(word), ElementsAre(word)) << text;
  }
}

// ASCII is read without ICU, which a letter behind it calls for.
TEST(WordsTest, OfAsciiAreThoseThatIcuFinds) {
  SeededRandom random(TestSeed());
  for (int round = 0; round < 5000; ++round) {
    std::string ascii;
    for (uint64_t i = random.Below(100); i > 0; --i) ascii += static_cast<char>(random.Below(128));
    std::string together = ascii;
    std::ranges::replace(together, ' ', '-');
    std::vector<std::string> words = Words(ascii);
    EXPECT_EQ(Words(together), words);
    words.emplace_back("λ");
    EXPECT_EQ(Words(together + "-λ"), words) << ascii;
  }
}

TEST(SpellingsTest, AreThoseOfGermanAndNordicReaders) {
  EXPECT_THAT(Spellings("münchen"), ElementsAre("munchen", "muenchen"));
  EXPECT_THAT(Spellings("ørsted"), ElementsAre("orsted", "oersted"));
  EXPECT_THAT(Spellings("ærø"), ElementsAre("aero", "aeroe"));
  EXPECT_THAT(Spellings("ångström"),
              ElementsAre("angstrom", "angstroem", "aangstrom", "aangstroem"));
  EXPECT_THAT(Spellings("strasse"), ElementsAre("strasse"));
  EXPECT_THAT(Spellings("λόγος"), ElementsAre("λόγος"));
}

TEST(SpellingsTest, BeginWithTheFoldedWord) {
  SeededRandom random(TestSeed());
  for (int round = 0; round < 2000; ++round) {
    for (const std::string& word : Words(RandomText(random) + "äå")) {
      EXPECT_EQ(Spellings(word).front(), Fold(word));
    }
  }
}

TEST(TokenSetTest, IsSortedAndHasEachSpellingOnce) {
  EXPECT_THAT(TokenSet({"b ä", "A c"}), ElementsAre("a", "ae", "b", "c"));
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
  EXPECT_EQ(Slug("Inno\u00ADva\u00ADtions\u00ADclus\u00ADter"), "innovationscluster");
  EXPECT_EQ(Slug("Cafe\u0301 \u200BSud"), "cafe-sud");
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
  const std::vector<std::string> words = Words(text);
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int round = 0; round < 200; ++round) {
        EXPECT_EQ(Fold(text), fold);
        EXPECT_EQ(Slug(text), slug);
        EXPECT_EQ(SortKey(text), key);
        EXPECT_EQ(Words(text), words);
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

TEST(LanguageNameTest, IsInTheLanguageOfItsReader) {
  EXPECT_EQ(LanguageName("pt-BR", Language::kGerman), "Portugiesisch (Brasilien)");
  EXPECT_EQ(LanguageName("de"), "German");
  EXPECT_EQ(LanguageName("pt-BR"), "Portuguese (Brazil)");
  EXPECT_EQ(LanguageName("qqq"), "qqq");
  EXPECT_EQ(LanguageName("no language"), "no language");
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
