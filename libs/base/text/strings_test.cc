#include "libs/base/text/strings.h"

#include <gtest/gtest.h>

namespace clusterwire {
namespace {

TEST(Utf8Test, CountsCharactersAndRefusesWhatIsNone) {
  EXPECT_EQ(Utf8Length("Øre"), 3u);
  EXPECT_EQ(Utf8Length(""), 0u);
  EXPECT_EQ(Utf8Length("\xC3"), std::nullopt);
  EXPECT_EQ(Utf8Length("\xED\xA0\x80"), std::nullopt);  // a surrogate
  EXPECT_EQ(Utf8Length("\xC0\xAF"), std::nullopt);      // an overlong '/'
  EXPECT_TRUE(IsUtf8("한"));
}

TEST(Utf8Test, TheBordersOfEachLengthHold) {
  for (const char* text :
       {"\x7f", "\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80", "\xed\x9f\xbf", "\xee\x80\x80",
        "\xef\xbf\xbf", "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf"}) {
    EXPECT_EQ(Utf8Length(text), 1u) << text;
  }
  for (const char* text :
       {"\x80", "\xc1\xbf", "\xe0\x9f\xbf", "\xed\xa0\x80", "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80",
        "\xf5\x80\x80\x80", "\xff", "\xe2\x82", "\xe2\x82z"}) {
    EXPECT_FALSE(IsUtf8(text)) << text;
  }
}

TEST(Utf8Test, SaysWhereItEnds) {
  EXPECT_EQ(Utf8Prefix("Ør\xFF!"), 3u);
  EXPECT_EQ(Utf8Prefix(std::string_view("a\0b", 3)), 3u);
}

TEST(Utf8Test, ATextIsCutBetweenCharacters) {
  EXPECT_EQ(CutUtf8("aØ", 3), "aØ");
  EXPECT_EQ(CutUtf8("aØ", 2), "a");
  EXPECT_EQ(CutUtf8("한", 2), "");
}

TEST(Utf8Test, WhatAStrangerSentBecomesReadable) {
  EXPECT_EQ(ReadableUtf8("Größe: 한 \xff\xc3!", 100), "Größe: 한 \ufffd\ufffd!");
  EXPECT_EQ(ReadableUtf8(std::string_view("a\0b\r\n\tc\x1b[31m\x7f", 13), 100), "a b   c [31m ");
  EXPECT_EQ(ReadableUtf8("\u0085a\u2028b\u202ec\u2066d\u200ee\u061cf", 100), " a b c d e f");
  EXPECT_EQ(ReadableUtf8("aØ", 2), "a");
  EXPECT_EQ(ReadableUtf8("a\xff", 3), "a");
  EXPECT_EQ(ReadableUtf8("\xff\xff", 6), "\ufffd\ufffd");
}

TEST(Utf8Test, OnlyPrintableAsciiIsLeft) { EXPECT_EQ(Printable("a\n~Ø\x7f!", 6), "a ~   "); }

}  // namespace
}  // namespace clusterwire
