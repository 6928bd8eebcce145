#include "libs/base/text/json_text.h"

#include <iterator>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/base/json.h"
#include "libs/base/testing/seed.h"

namespace clusterwire {
namespace {

std::string JsonOf(std::string_view text) {
  std::string json;
  AppendJsonText(text, &json);
  return json;
}

TEST(JsonText, EscapesWhatWouldEndItOrAPageAroundIt) {
  EXPECT_EQ(JsonOf("Größe 日本 🎉"), "\"Größe 日本 🎉\"");
  EXPECT_EQ(JsonOf("a\"b\\c\n\t\x01\x7f"), R"("a\"b\\c\n\t\u0001\u007f")");
  EXPECT_EQ(JsonOf("</script>\u2028\u2029\u20AC"), "\"\\u003c/script\\u003e\\u2028\\u2029\u20AC\"");
  EXPECT_EQ(JsonOf(std::string_view("\0x", 2)), "\"\\u0000x\"");
}

TEST(JsonText, WhatIsNotUtf8IsReplaced) {
  EXPECT_EQ(JsonOf("a\xff"
                   "b\xe2\x80"),
            "\"a\uFFFDb\uFFFD\uFFFD\"");
}

TEST(JsonText, AReaderGetsBackWhatWentIn) {
  SeededRandom random(TestSeed());
  for (int round = 0; round < 2000; ++round) {
    std::string text;
    for (uint64_t i = random.Below(20); i > 0; --i) {
      static constexpr const char* kParts[] = {"a",  "\"", "\\", "/",      "<",      "\x1f",
                                               "\n", "é",  "日", "\u2028", "\u2027", "🎉"};
      text += kParts[random.Below(std::size(kParts))];
    }
    EXPECT_EQ(nlohmann::json::parse(JsonOf(text)).get<std::string>(), text);
  }
}

}  // namespace
}  // namespace clusterwire
