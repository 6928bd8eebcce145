#include "libs/telemetry/executor_metrics.h"

#include <future>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace clusterwire::telemetry {
namespace {

using testing::HasSubstr;

TEST(ExecutorMetricsTest, ShowsWhatRunsWaitsAndWasRefused) {
  Metrics metrics;
  std::promise<void> started, release;
  Executor executor({.threads = 1, .queue_limit = 1});
  const Metrics::Collector collector = CollectExecutor(metrics, "reads", executor);
  ASSERT_TRUE(executor.TryPost([&] {
    started.set_value();
    release.get_future().wait();
  }));
  started.get_future().wait();
  ASSERT_TRUE(executor.TryPost([] {}));
  ASSERT_FALSE(executor.TryPost([] {}));
  const std::string text = metrics.Render();
  release.set_value();
  EXPECT_THAT(text, HasSubstr("clusterwire_executor_running{executor=\"reads\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("clusterwire_executor_queued{executor=\"reads\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("clusterwire_executor_refused{executor=\"reads\"} 1\n"));
}

}  // namespace
}  // namespace clusterwire::telemetry
