#include "services/catalogue/import/json/json_record.h"

#include <string>

#include "absl/strings/str_cat.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/base/testing/status_matchers.h"
#include "services/catalogue/import/json/strict_json.h"

namespace clusterwire::catalogue::registers {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

TEST(JsonRecordTest, WhatIsNoObjectIsRefused) {
  EXPECT_THAT(JsonRecord::Parse(R"({"name": )"), HasFieldError("json"));
  EXPECT_THAT(JsonRecord::Parse("[1, 2]"),
              StatusIs(absl::StatusCode::kInvalidArgument, testing::_));
  EXPECT_THAT(JsonRecord::Parse("\"" + std::string(JsonRecord::kMaxBytes, 'a') + "\""),
              HasFieldError("json"));
}

TEST(JsonRecordTest, ValuesComeAsTheyAreAndMissingOnesAreEmpty) {
  JsonRecord line =
      JsonRecord::Parse(R"({"name": "Żywność", "year": 2019, "share": 0.5, "online": true,
                              "words": ["a", "b"], "price": {"first": 10, "video": "20"},
                              "nothing": null})")
          .value();
  EXPECT_EQ(line.Text("name"), "Żywność");
  EXPECT_EQ(line.Date("year"), "2019");
  EXPECT_EQ(line.Number("share"), 0.5);
  EXPECT_EQ(line.Flag("online"), true);
  EXPECT_THAT(line.Texts("words"), ElementsAre("a", "b"));
  EXPECT_THAT(line.Scalars("price"), ElementsAre(Pair("first", "10"), Pair("video", "20")));
  EXPECT_EQ(line.Text("nothing"), "");
  EXPECT_EQ(line.Whole("missing"), std::nullopt);
  EXPECT_THAT(line.Finish(), IsOk());
}

TEST(JsonRecordTest, EveryValueOfTheWrongTypeIsNamed) {
  JsonRecord line =
      JsonRecord::Parse(R"({"name": 7, "words": ["a", 1], "count": 2.5, "big": 3000000000,
                              "online": "yes", "codes": [{"code": 1}, 2]})")
          .value();
  line.Text("name");
  line.Texts("words");
  line.Whole("count");
  line.Whole("big");
  line.Flag("online");
  for (JsonRecord& code : line.Objects("codes")) code.Text("code");
  const absl::Status status = line.Finish();
  for (const char* path :
       {"name", "words[1]", "count", "big", "online", "codes[0].code", "codes[1]"}) {
    EXPECT_THAT(status, HasFieldError(path));
  }
}

TEST(JsonRecordTest, AKeyThatIsThereTwiceIsRefusedAtAnyDepthHoweverItIsEscaped) {
  EXPECT_THAT(JsonRecord::Parse(R"({"name": "a", "name": "b"})"), HasFieldError("name"));
  EXPECT_THAT(JsonRecord::Parse(R"({"name": "a", "n\u0061me": "a"})"), HasFieldError("name"));
  EXPECT_THAT(JsonRecord::Parse(R"({"codes": [{"code": 1}, {"code": 1, "title": 1, "title": 2}]})"),
              HasFieldError("codes[1].title"));
  EXPECT_THAT(JsonRecord::Parse(R"({"a": {"b": [0, [{"c": 1, "c": 1}]]}})"),
              HasFieldError("a.b[1][0].c"));
  EXPECT_THAT(JsonRecord::Parse(R"({"a": {"name": 1}, "b": {"name": 1}, "name": [1, 1]})"), IsOk());
}

TEST(JsonRecordTest, ANulIsRefusedRawWhereAReaderStopsAndEscapedInATextOrAKey) {
  const std::string line = R"({"name": "a"})";
  EXPECT_THAT(JsonRecord::Parse(line + std::string(1, '\0') + R"({"name": "b"})"),
              HasFieldError("json"));
  EXPECT_THAT(JsonRecord::Parse(line + std::string(1, '\0')), HasFieldError("json"));
  EXPECT_THAT(JsonRecord::Parse(R"({"a": {"name": "x\u0000y"}})"), HasFieldError("a.name"));
  EXPECT_THAT(JsonRecord::Parse(R"({"na\u0000me": "x"})"),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("NUL")));
}

TEST(JsonRecordTest, WhatIsNoJsonForEveryReaderIsRefused) {
  for (const char* json :
       {R"({"a": NaN})", R"({"a": Infinity})", R"({"a": 01})", R"({"a": .5})", R"({"a": 1,})",
        R"({"a": "\ud800"})", R"({"a": "\udc00x"})", "{\"a\": \"\xE9\"}", "{\"a\": \"\xC0\x80\"}",
        "{'a': 1}", "{\"a\": \"\t\"}", R"({"a": 1} {"a": 2})", R"({"a": 1} x)", ""}) {
    EXPECT_THAT(JsonRecord::Parse(json), HasFieldError("json")) << json;
  }
  EXPECT_THAT(JsonRecord::Parse(R"({"latitude": 1e400})"),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("1e400 is out of range")));
  EXPECT_THAT(JsonRecord::Parse("\xEF\xBB\xBF{\"a\": \"\\ud83d\\ude00\"}"), IsOk())
      << "a byte order mark and a whole pair have one reading";
}

TEST(JsonRecordTest, NestingHasABottom) {
  const auto nested = [](size_t depth) {
    return absl::StrCat(R"({"a": )", std::string(depth, '['), std::string(depth, ']'), "}");
  };
  EXPECT_THAT(JsonRecord::Parse(nested(kMaxDepth - 1)), IsOk());
  EXPECT_THAT(JsonRecord::Parse(nested(kMaxDepth)), HasFieldError("json"));
  EXPECT_THAT(JsonRecord::Parse(nested(400'000)), HasFieldError("json"));
}

TEST(JsonRecordTest, ANumberWithoutAFractionIsWholeHoweverItIsWritten) {
  JsonRecord line =
      JsonRecord::Parse(R"({"a": 120.0, "b": 1e2, "c": 1.2E+2, "d": -0.0, "year": 2019.0,
                              "e": 120.5, "f": 1e10, "g": 18446744073709551615, "h": "120",
                              "price": {"first": 10.0, "next": 2.5}})")
          .value();
  EXPECT_EQ(line.Whole("a"), 120);
  EXPECT_EQ(line.Whole("b"), 100);
  EXPECT_EQ(line.Whole("c"), 120);
  EXPECT_EQ(line.Whole("d"), 0);
  EXPECT_EQ(line.Date("year"), "2019");
  EXPECT_THAT(line.Scalars("price"), ElementsAre(Pair("first", "10"), Pair("next", "2.5")));
  for (const char* field : {"e", "f", "g", "h"}) EXPECT_EQ(line.Whole(field), std::nullopt);
  const absl::Status status = line.Finish();
  for (const char* field : {"e", "f", "g", "h"}) EXPECT_THAT(status, HasFieldError(field));
}

TEST(JsonRecordTest, ALongListIsOneError) {
  std::string numbers = "1";
  for (int i = 1; i < 400'000; ++i) numbers += ",1";
  JsonRecord line = JsonRecord::Parse(absl::StrCat(R"({"words": [)", numbers, "]}")).value();
  EXPECT_THAT(line.Texts("words"), ElementsAre());
  EXPECT_THAT(line.Finish(),
              StatusIs(absl::StatusCode::kInvalidArgument, "words: has 400000 items; at most 200"));
}

TEST(JsonRecordTest, AnotherSpellingOfAFieldIsToldTheRightOne) {
  JsonRecord line = JsonRecord::Parse(R"({"foundedYear": 1, "Founded-Year": 1})").value();
  line.Whole("founded_year");
  EXPECT_THAT(line.Finish(),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "Founded-Year: is not known; write founded_year; foundedYear: is not known; "
                       "write founded_year"));
}

TEST(JsonRecordTest, WhatNobodyAskedForIsATypo) {
  JsonRecord line = JsonRecord::Parse(R"({"name": "x", "natme": "y"})").value();
  line.Text("name");
  const absl::Status status = line.Finish();
  EXPECT_THAT(status, HasFieldError("natme"));
  EXPECT_THAT(status, ::testing::Not(HasFieldError("name")));
}

}  // namespace
}  // namespace clusterwire::catalogue::registers
