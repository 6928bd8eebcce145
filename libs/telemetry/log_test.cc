#include "libs/telemetry/log.h"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/base/json.h"
#include "libs/base/testing/seed.h"
#include "libs/base/testing/status_matchers.h"
#include "libs/telemetry/trace.h"

namespace clusterwire::telemetry {
namespace {

using nlohmann::json;

class LogTest : public testing::Test {
 protected:
  ~LogTest() override { SetLogLevel(LogLevel::kInfo); }

  // The only line written so far.
  json Line() {
    EXPECT_EQ(lines_.size(), 1u);
    return lines_.empty() ? json() : json::parse(lines_.front());
  }

  std::vector<std::string> lines_;
  LogRedirect redirect_{[this](std::string_view line) { lines_.emplace_back(line); }};
};

TEST_F(LogTest, ALineIsOneJsonObjectWithTypedFields) {
  LogWarning("webhook refused", {{"endpoint", "subscribers/a"},
                                 {"status", 410},
                                 {"bytes", size_t{7}},
                                 {"share", 0.5},
                                 {"final", true},
                                 {"after", absl::Milliseconds(1500)}});
  const json line = Line();
  EXPECT_EQ(line["level"], "warning");
  EXPECT_EQ(line["message"], "webhook refused");
  EXPECT_EQ(line["endpoint"], "subscribers/a");
  EXPECT_EQ(line["status"], 410);
  EXPECT_EQ(line["bytes"], 7);
  EXPECT_EQ(line["share"], 0.5);
  EXPECT_EQ(line["final"], true);
  EXPECT_EQ(line["after"], 1.5);
  EXPECT_FALSE(line.contains("trace_id"));
  std::string error;
  absl::Time time;
  EXPECT_TRUE(absl::ParseTime(absl::RFC3339_full, line["time"].get<std::string>(), &time, &error));
  EXPECT_LT(absl::AbsDuration(absl::Now() - time), absl::Minutes(1));
}

TEST_F(LogTest, TheCurrentTraceIsOnTheLine) {
  SeededRandom random(1);
  const TraceContext trace = TraceContext().Child(random);
  const TraceScope scope(trace);
  LogInfo("something");
  EXPECT_EQ(Line()["trace_id"], trace.trace_id);
}

TEST_F(LogTest, LinesBelowTheLevelAreDropped) {
  LogDebug("too quiet");
  EXPECT_TRUE(lines_.empty());
  SetLogLevel(LogLevel::kDebug);
  LogDebug("heard");
  EXPECT_EQ(Line()["message"], "heard");
}

TEST_F(LogTest, TextThatIsNoUtf8OrHasLineBreaksStaysOneValidLine) {
  LogInfo("odd", {{"name", "caf\xe9\n\"x\""}});
  EXPECT_EQ(lines_.front().find('\n'), std::string::npos);
  EXPECT_EQ(Line()["name"], "caf\uFFFD\n\"x\"");
}

TEST_F(LogTest, WhatNoReaderSeesIsEscapedAndLettersAreNot) {
  const std::string odd = "\x7f\u009b31m\u202egnp.exe\u2028\u200b\u2066\ufeff";
  LogInfo("odd", {{"name", odd}, {"seen", "Müñchen λ 日本 🎈"}});
  for (const char* raw : {"\x7f", "\u009b", "\u202e", "\u2028", "\u200b", "\u2066", "\ufeff"}) {
    EXPECT_EQ(lines_.front().find(raw), std::string::npos) << raw;
  }
  EXPECT_NE(lines_.front().find("\\u009b31m\\u202e"), std::string::npos);
  EXPECT_NE(lines_.front().find("Müñchen λ 日本 🎈"), std::string::npos);
  EXPECT_EQ(Line()["name"], odd);
}

TEST_F(LogTest, AFieldCantReplaceWhatTheLineSays) {
  LogInfo("real", {{"message", "forged"}});
  EXPECT_EQ(Line()["message"], "real");
  EXPECT_EQ(Line()["field.message"], "forged");
}

TEST_F(LogTest, AFloodOfTextIsCut) {
  const std::string flood(100'000, 'x');
  LogInfo(flood, {{"a", flood}, {"b", flood}, {"c", flood}, {"d", flood}});
  EXPECT_LE(lines_.front().size(), size_t{16 << 10});
  EXPECT_EQ(Line()["fields_dropped"], 4);
}

TEST_F(LogTest, AStatusIsWrittenAsItsCodeAndText) {
  LogError("failed", {{"status", NotFoundError("clusters/x")}});
  EXPECT_EQ(Line()["status"], "NOT_FOUND: clusters/x does not exist");
}

TEST(LogLevelTest, AnUnknownLevelNamesTheKnownOnes) {
  EXPECT_THAT(ParseLogLevel("warning"), IsOkAndHolds(LogLevel::kWarning));
  EXPECT_THAT(ParseLogLevel("warn"), StatusIs(absl::StatusCode::kInvalidArgument,
                                              testing::HasSubstr("debug, info, warning")));
}

}  // namespace
}  // namespace clusterwire::telemetry
