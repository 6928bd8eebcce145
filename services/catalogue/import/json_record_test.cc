#include "services/catalogue/import/json_record.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/base/testing/status_matchers.h"

namespace clusterwire::catalogue::registers {
namespace {

using ::testing::ElementsAre;
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

TEST(JsonRecordTest, WhatNobodyAskedForIsATypo) {
  JsonRecord line = JsonRecord::Parse(R"({"name": "x", "natme": "y"})").value();
  line.Text("name");
  const absl::Status status = line.Finish();
  EXPECT_THAT(status, HasFieldError("natme"));
  EXPECT_THAT(status, ::testing::Not(HasFieldError("name")));
}

}  // namespace
}  // namespace clusterwire::catalogue::registers
