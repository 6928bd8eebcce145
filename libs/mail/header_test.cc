#include "libs/mail/header.h"

#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/str_split.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace clusterwire::mail {
namespace {

// What a reader makes of a value in encoded words.
std::string Decoded(const std::string& value) {
  std::string text;
  for (const absl::string_view word : absl::StrSplit(value, "\r\n ")) {
    EXPECT_TRUE(word.substr(0, 10) == "=?UTF-8?B?" && word.substr(word.size() - 2) == "?=")
        << value;
    std::string piece;
    EXPECT_TRUE(absl::Base64Unescape(word.substr(10, word.size() - 12), &piece));
    text += piece;
  }
  return text;
}

TEST(InWords, WhatAnyProgramReadsStaysAsItIs) {
  EXPECT_EQ(InWords("A label was awarded"), "A label was awarded");
  EXPECT_EQ(InWords(""), "");
}

TEST(InWords, EverythingElseIsEncodedInShortLines) {
  std::string long_text;
  for (int i = 0; i < 60; ++i) long_text += "Größe – ✓ ";
  for (const std::string& text : {std::string("Silver – awarded"), std::string("=?UTF-8?Q?evil?="),
                                  std::string(200, 'x'), long_text}) {
    const std::string value = InWords(text);
    EXPECT_EQ(Decoded(value), text);
    EXPECT_TRUE(IsOneField({"Subject", value}));
    for (const absl::string_view line : absl::StrSplit(value, "\r\n")) EXPECT_LE(line.size(), 67U);
  }
}

TEST(InWords, NothingEndsTheLine) {
  EXPECT_EQ(InWords("a\r\nBcc: b@example.org"), "a  Bcc: b@example.org");
  EXPECT_EQ(Decoded(InWords("ä\r\n\r\nbody\xff")), "ä    body\uFFFD");
  EXPECT_TRUE(IsOneField({"Subject", InWords(std::string("a\0b", 3))}));
}

TEST(Mailbox, ANameCanBeAnyText) {
  EXPECT_EQ(Mailbox("Office", "a@example.org"), "\"Office\"\r\n <a@example.org>");
  EXPECT_EQ(Mailbox("", "a@example.org"), "<a@example.org>");
  EXPECT_EQ(Mailbox("The \"\\Office\", <x>", "a@example.org"),
            "\"The \\\"\\\\Office\\\", <x>\"\r\n <a@example.org>");
  EXPECT_THAT(Mailbox("Büro", "a@example.org"), testing::StartsWith("=?UTF-8?B?"));
}

TEST(IsOneField, WhatWouldBeSeveralIsNone) {
  EXPECT_TRUE(IsOneField({"X-A", "a\r\n b"}));
  for (const auto& [name, value] : std::vector<Field>{{"X-A", "a\r\nb"},
                                                      {"X-A", "a\nb"},
                                                      {"X-A", "a\rb"},
                                                      {"X-A", "a\r\n\r\nb"},
                                                      {"X-A", "a\r\n "},
                                                      {"X-A", std::string("a\0b", 3)},
                                                      {"X-A", std::string(1000, 'a')},
                                                      {"X A", "a"},
                                                      {"X:A", "a"},
                                                      {"", "a"}}) {
    EXPECT_FALSE(IsOneField({name, value})) << absl::CEscape(value);
  }
}

TEST(Date, IsAsMailsWriteIt) {
  EXPECT_EQ(Date(absl::FromUnixSeconds(1'796'025'600)), "Mon, 30 Nov 2026 08:00:00 +0000");
}

TEST(WithLineEnds, EveryLineEndIsOneKind) {
  EXPECT_EQ(WithLineEnds("a\nb\r\nc\rd"), "a\r\nb\r\nc\r\nd");
}

TEST(Masked, MailboxesAreNotShown) {
  EXPECT_EQ(Masked("550 5.1.1 <anna.b+x@example.org>: unknown", "anna.b+x@example.org", 500),
            "550 5.1.1 <***@example.org>: unknown");
  EXPECT_EQ(Masked("550 User Anna unknown; ask bob@example.org", "anna@example.org", 500),
            "550 User *** unknown; ask ***@example.org");
  EXPECT_EQ(Masked("jürgen@example.org", "", 500), "***@example.org");
  EXPECT_EQ(Masked("a\r\nb", "", 500), "a  b");
  EXPECT_EQ(Masked(std::string(1000, 'a'), "", 500).size(), 500U);
}

}  // namespace
}  // namespace clusterwire::mail
