#include "libs/telemetry/foreign_log.h"

#include <string>
#include <vector>

#include "google/rpc/status.pb.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/base/json.h"

namespace clusterwire::telemetry {
namespace {

using nlohmann::json;

TEST(LineLimitTest, AFewLinesAtOnceThenSoManyASecondAndTheRestIsCounted) {
  LineLimit limit;
  const absl::Time start = absl::UnixEpoch();
  for (int i = 0; i < LineLimit::kAtOnce; ++i) EXPECT_EQ(limit.Take(start), 0);
  for (int i = 0; i < 1000; ++i) EXPECT_EQ(limit.Take(start), std::nullopt);
  EXPECT_EQ(limit.Take(start + absl::Milliseconds(500)), 1000);
  EXPECT_EQ(limit.Take(start + absl::Milliseconds(500)), std::nullopt);
  const absl::Time later = start + absl::Hours(1);
  EXPECT_EQ(limit.Take(later), 1);
  for (int i = 1; i < LineLimit::kAtOnce; ++i) EXPECT_EQ(limit.Take(later), 0);
  EXPECT_EQ(limit.Take(later), std::nullopt) << "an hour of silence saves no more than that";
  EXPECT_EQ(limit.Take(start), std::nullopt) << "a clock that went back opens nothing";
}

class ForeignLogTest : public testing::Test {
 protected:
  std::vector<std::string> lines_;
  LogRedirect redirect_{[this](std::string_view line) { lines_.emplace_back(line); }};
};

TEST_F(ForeignLogTest, ALineOfALibraryIsOneOfOursHoweverItIsForged) {
  const std::string text = "key '\x1b[31m\r\n{\"level\":\"error\",\"message\":\"forged\"}'";
  LogForeign(LogLevel::kWarning, "forging", "parser.cc", text);
  ASSERT_EQ(lines_.size(), 1u);
  EXPECT_EQ(lines_[0].find_first_of("\x1b\r\n"), std::string::npos);
  const json line = json::parse(lines_[0]);
  EXPECT_EQ(line["message"], "forging");
  EXPECT_EQ(line["level"], "warning");
  EXPECT_EQ(line["source"], "parser.cc");
  EXPECT_EQ(line["text"], text);
}

TEST_F(ForeignLogTest, OneLibrarysFloodIsBoundedAndLeavesTheOthersTheirLines) {
  for (int i = 0; i < 10'000; ++i) LogForeign(LogLevel::kError, "flooding", "", "again");
  EXPECT_LT(lines_.size(), 200u);
  lines_.clear();
  LogForeign(LogLevel::kError, "quiet", "", "once");
  ASSERT_EQ(lines_.size(), 1u);
  EXPECT_EQ(json::parse(lines_[0])["message"], "quiet");
}

TEST_F(ForeignLogTest, ProtobufsComplaintsAreLinesOfOurs) {
  TakeProtobufLog();
  google::rpc::Status status;
  EXPECT_FALSE(status.ParseFromString("\x12\x01\xe9"));
  ASSERT_EQ(lines_.size(), 1u);
  EXPECT_EQ(json::parse(lines_[0])["message"], "protobuf");
}

}  // namespace
}  // namespace clusterwire::telemetry
