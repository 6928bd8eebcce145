#include "libs/config/program.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/base/status/error.h"
#include "libs/config/testing/sample.pb.h"

namespace clusterwire::config {
namespace {

using ::testing::HasSubstr;

class ProgramTest : public ::testing::Test {
 protected:
  // What the program did with these arguments: its exit code, and what it wrote.
  struct Ran {
    std::optional<int> exit;
    std::string out;
    std::string err;
  };
  Ran Run(std::vector<const char*> arguments) {
    arguments.insert(arguments.begin(), "clusterwire-sample");
    const Program program = {.name = "clusterwire-sample",
                             .purpose = "Does nothing.",
                             .version = "1.2.3",
                             .environment_prefix = "CLUSTERWIRE_SAMPLE_TEST",
                             .check = [this](const auto&) { return checked_; }};
    ::testing::internal::CaptureStdout();
    ::testing::internal::CaptureStderr();
    Ran ran;
    ran.exit =
        ReadConfiguration(program, static_cast<int>(arguments.size()), arguments.data(), &config_);
    ran.out = ::testing::internal::GetCapturedStdout();
    ran.err = ::testing::internal::GetCapturedStderr();
    return ran;
  }

  absl::Status checked_;
  testing::Sample config_;
};

TEST_F(ProgramTest, GoesOnWithASoundConfiguration) {
  const Ran ran = Run({});
  EXPECT_FALSE(ran.exit.has_value());
  EXPECT_EQ(ran.out + ran.err, "");
}

TEST_F(ProgramTest, AnswersHelpAndVersion) {
  EXPECT_THAT(Run({"--help"}).out, HasSubstr("Does nothing."));
  EXPECT_EQ(Run({"--help"}).exit, 0);
  EXPECT_EQ(Run({"--version"}).out, "clusterwire-sample 1.2.3\n");
}

TEST_F(ProgramTest, ChecksAndEnds) {
  const Ran ran = Run({"--check_config"});
  EXPECT_EQ(ran.exit, 0);
  EXPECT_THAT(ran.out, HasSubstr("sound"));
  checked_ = FieldError("kafka.brokers", "is required");
  EXPECT_EQ(Run({"--check_config"}).exit, 1);
  EXPECT_THAT(Run({}).err, HasSubstr("kafka.brokers"));
}

TEST_F(ProgramTest, NamesMistakesOfFlagsAndFiles) {
  EXPECT_EQ(Run({"--cofig", "x"}).exit, 1);
  EXPECT_THAT(Run({"--cofig", "x"}).err, HasSubstr("did you mean --config"));
  EXPECT_EQ(Run({"--config", "/missing.textproto"}).exit, 1);
  EXPECT_THAT(Run({"--set", "no_such_field=1"}).err, HasSubstr("no_such_field"));
}

}  // namespace
}  // namespace clusterwire::config
