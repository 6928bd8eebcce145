#include "libs/config/load.h"

#include <cstdlib>
#include <fstream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/base/testing/status_matchers.h"
#include "libs/base/testing/temp_dir.h"
#include "libs/config/testing/sample.pb.h"

namespace clusterwire::config {
namespace {

using config::testing::Sample;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(ParseTextTest, DurationsAreWrittenAsPeopleWriteThem) {
  Sample config;
  const absl::Status status = ParseText("x", R"(# ä "5s" in a comment
	timeout: "250ms"  retry_schedule: ["5s", '1m'] retry_schedule: "1h"
steps { after: "2s" times: 3 }
steps < after { seconds: 4 } >
networks: "5s"
)",
                                        &config);
  ASSERT_THAT(status, IsOk());
  EXPECT_EQ(config.timeout().nanos(), 250'000'000);
  ASSERT_EQ(config.retry_schedule_size(), 3);
  EXPECT_EQ(config.retry_schedule(1).seconds(), 60);
  EXPECT_EQ(config.retry_schedule(2).seconds(), 3600);
  EXPECT_EQ(config.steps(0).after().seconds(), 2);
  EXPECT_EQ(config.steps(0).times(), 3);
  EXPECT_EQ(config.steps(1).after().seconds(), 4);
  EXPECT_THAT(config.networks(), ElementsAre("5s"));
}

TEST(ParseTextTest, EveryTypoIsNamedWithFileLineAndWhatWasMeant) {
  Sample config;
  const absl::Status status = ParseText("catalogue.textproto", R"(kafka {
  brokrs: "localhost:9092"
}
timeout: "5 seconds"
mode: MODE_LOOD
kafak { anything: [1, { at: "all" }] }
)",
                                        &config);
  EXPECT_THAT(
      status,
      StatusIs(
          absl::StatusCode::kInvalidArgument,
          AllOf(HasSubstr("catalogue.textproto:2: there is no 'brokrs' in Kafka; did you mean "
                          "'brokers'?"),
                HasSubstr("catalogue.textproto:4: '5 seconds' is no duration"),
                HasSubstr("catalogue.textproto:5: there is no 'MODE_LOOD' in Mode; did you mean "
                          "'MODE_LOUD'?"),
                HasSubstr("catalogue.textproto:6: there is no 'kafak' in Sample"),
                ::testing::Not(HasSubstr("anything")))));
  EXPECT_THAT(status, ReasonIs("INVALID_CONFIG"));
}

// Both are where a password stands: the parser would quote it.
TEST(ParseTextTest, ATextThatTheParserStumblesOverIsNotQuoted) {
  for (const char* text : {"kafka { brokers \"pa55word\" }", "kafka { batch: \"pa55word\" }",
                           "kafka { brokers: \"a\" 'pa55word }"}) {
    Sample config;
    const absl::Status status = ParseText("f", text, &config);
    EXPECT_THAT(status, StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("f:1: "))) << text;
    EXPECT_THAT(std::string(status.message()), ::testing::Not(HasSubstr("pa55word"))) << text;
  }
}

TEST(ParseTextTest, WhatTheParserRefusesIsNamedWithFileAndLine) {
  for (const auto& [text, error] : std::map<std::string, std::string>{
           {"kafka { batch: 1 }\nkafka { batch: 2 }", "f:2: "},
           {"kafka {\n batch: 99999999999 }", "f:2: Integer out of range"},
           {"kafka {\n batch: \"1\" }", "f:2: Expected integer"},
           {"timeout: 5", "f:1: "},
           {"kafka {\n batch: 1", "f:2: "},
           {"networks: \"open", "f:1: "},
           {"}", "f:1: "},
           {"networks: [", "f:1: "},
           {"\"kafka\" { }", "f:1: "}}) {
    Sample config;
    EXPECT_THAT(ParseText("f", text, &config),
                StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(error)))
        << text;
  }
}

TEST(ParseTextTest, EndlessNestingIsAnErrorAndNoCrash) {
  for (const std::string piece : {"kafka{", "kafka:[", "["}) {
    std::string text = "kafka:";
    for (int i = 0; i < 150'000; ++i) text += piece;
    Sample config;
    EXPECT_THAT(ParseText("f", text, &config),
                StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("nested too deeply")));
  }
}

TEST(ParseTextTest, AListReplacesTheDefault) {
  Sample config;
  config.add_networks("default");
  config.mutable_kafka()->set_batch(7);
  ASSERT_THAT(ParseText("f", "networks: 'a' kafka { brokers: 'b' }", &config), IsOk());
  EXPECT_THAT(config.networks(), ElementsAre("a"));
  EXPECT_EQ(config.kafka().batch(), 7);
}

class LoadTest : public ::testing::Test {
 protected:
  std::string File(const std::string& text) {
    std::ofstream(dir_.File("config")) << text;
    return dir_.File("config");
  }

  TempDir dir_;
  Sample config_;
};

TEST_F(LoadTest, FlagsOverrideTheEnvironmentWhichOverridesTheFile) {
  ASSERT_THAT(Load({.file = File("kafka { brokers: 'file' batch: 1 } timeout: '1s'"),
                    .environment_prefix = "CLUSTERWIRE_TEST",
                    .environment = {{"CLUSTERWIRE_TEST__KAFKA__BROKERS", "environment"},
                                    {"CLUSTERWIRE_TEST__KAFKA__BATCH", "2"},
                                    {"CLUSTERWIRE_TEST__STEPS__0__AFTER", "7s"},
                                    {"CLUSTERWIRE_TEST__ALLOW_INSECURE", "true"},
                                    {"CLUSTERWIRE_OTHER__KAFKA", "not ours"},
                                    {"PATH", "/bin"}},
                    .set = {"kafka.batch=3", "networks=a=b"}},
                   &config_),
              IsOk());
  EXPECT_EQ(config_.kafka().brokers(), "environment");
  EXPECT_EQ(config_.kafka().batch(), 3);
  EXPECT_EQ(config_.timeout().seconds(), 1);
  EXPECT_EQ(config_.steps(0).after().seconds(), 7);
  EXPECT_TRUE(config_.allow_insecure());
  EXPECT_THAT(config_.networks(), ElementsAre("a=b"));
}

TEST_F(LoadTest, AMistakeNamesTheVariableOrTheFlag) {
  EXPECT_THAT(Load({.environment_prefix = "CW",
                    .environment = {{"CW__KAFKA__BROKRS", "x"}, {"CW__TIMEOT", "1s"}}},
                   &config_),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("variable CW__KAFKA__BROKRS (kafka.brokrs): "),
                             HasSubstr("did you mean 'timeout'?"))));
  EXPECT_THAT(Load({.set = {"kafka.batch=x", "kafka.batch"}}, &config_),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("--set kafka.batch: 'x' is no int32"),
                             HasSubstr("--set kafka.batch: '=' is missing"))));
}

TEST_F(LoadTest, AFileThatIsMissingOrTooLargeIsNamed) {
  EXPECT_THAT(Load({.file = dir_.File("absent")}, &config_),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("absent can't be read: No such")));
  EXPECT_THAT(Load({.file = File(std::string(2 << 20, ' '))}, &config_),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("more than 1048576 bytes")));
  EXPECT_THAT(Load({.file = dir_.path()}, &config_),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("is a folder; name a file in it")));
  EXPECT_THAT(Load({.file = File("")}, &config_), IsOk()) << "an empty file is all defaults";
}

TEST(EnvironmentTest, IsThisProcesss) {
  ASSERT_EQ(setenv("CLUSTERWIRE_TEST_VARIABLE", "a=b", 1), 0);
  EXPECT_EQ(Environment()["CLUSTERWIRE_TEST_VARIABLE"], "a=b");
}

}  // namespace
}  // namespace clusterwire::config
