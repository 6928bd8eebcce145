#include "libs/rpc/server/call_notes.h"

#include <gmock/gmock.h>

namespace clusterwire::rpc {
namespace {

using ::testing::HasSubstr;
using ::testing::Optional;

constexpr auto kOk = absl::StatusCode::kOk;
constexpr absl::Duration kFast = absl::Milliseconds(1);

class CallNotesTest : public ::testing::Test {
 protected:
  telemetry::Metrics metrics_;
  CallNotes notes_{metrics_};
  MethodNotes& get_ = notes_.Of("/clusterwire.catalogue.v1.ClusterService/GetCluster");
  absl::Duration now_ = absl::Hours(1);
};

TEST_F(CallNotesTest, OfManyCallsThatWentWellTenASecondHaveALineAndTheNextSaysHowManyHadNone) {
  for (int i = 0; i < 10; ++i) EXPECT_THAT(get_.TakeLine(kOk, kFast, now_), Optional(0));
  for (int i = 0; i < 990; ++i) EXPECT_EQ(get_.TakeLine(kOk, kFast, now_), std::nullopt);
  now_ += absl::Seconds(1);
  EXPECT_THAT(get_.TakeLine(kOk, kFast, now_), Optional(990));
  EXPECT_THAT(get_.TakeLine(kOk, kFast, now_), Optional(0));
}

TEST_F(CallNotesTest, WhatFailedOrWasSlowHasALineHoweverManyThereAre) {
  for (int i = 0; i < 100; ++i) {
    EXPECT_THAT(get_.TakeLine(absl::StatusCode::kNotFound, kFast, now_), Optional(0));
    EXPECT_THAT(get_.TakeLine(kOk, MethodNotes::kSlow, now_), Optional(0));
  }
  EXPECT_EQ(get_.TakeLine(kOk, kFast, now_), std::nullopt);
}

TEST_F(CallNotesTest, AMethodThatIsCalledALotTakesNoLinesFromAnother) {
  for (int i = 0; i < 1000; ++i) get_.TakeLine(kOk, kFast, now_);
  MethodNotes& list = notes_.Of("/clusterwire.catalogue.v1.ClusterService/ListClusters");
  EXPECT_THAT(list.TakeLine(kOk, kFast, now_), Optional(0));
}

TEST_F(CallNotesTest, EveryCallIsCountedByItsCode) {
  for (int i = 0; i < 3; ++i) get_.Count(kOk, kFast);
  get_.Count(absl::StatusCode::kNotFound, kFast);
  const std::string shown = metrics_.Render();
  constexpr char kMethod[] = "method=\"/clusterwire.catalogue.v1.ClusterService/GetCluster\"";
  EXPECT_THAT(shown, HasSubstr(std::string("calls_total{code=\"OK\",") + kMethod + "} 3"));
  EXPECT_THAT(shown, HasSubstr(std::string("calls_total{code=\"NOT_FOUND\",") + kMethod + "} 1"));
  EXPECT_THAT(shown, HasSubstr(std::string("rpc_seconds_count{") + kMethod + "} 4"));
}

}  // namespace
}  // namespace clusterwire::rpc
