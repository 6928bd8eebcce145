#include "libs/telemetry/metrics.h"

#include <future>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/telemetry/process_metrics.h"

namespace clusterwire::telemetry {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(MetricsTest, WhatIsCountedIsRendered) {
  Metrics metrics;
  metrics.GetCounter("clusterwire_calls_total", "Calls", {{"code", "OK"}}).Add(2);
  metrics.GetGauge("clusterwire_lag_seconds", "Lag").Set(1.5);
  metrics.GetHistogram("clusterwire_call_seconds", "Latency").Observe(absl::Milliseconds(500));
  const std::string text = metrics.Render();
  EXPECT_THAT(text, HasSubstr("# HELP clusterwire_calls_total Calls\n"));
  EXPECT_THAT(text, HasSubstr("clusterwire_calls_total{code=\"OK\"} 2\n"));
  EXPECT_THAT(text, HasSubstr("clusterwire_lag_seconds 1.5\n"));
  EXPECT_THAT(text, HasSubstr("clusterwire_call_seconds_bucket{le=\"0.25\"} 0\n"));
  EXPECT_THAT(text, HasSubstr("clusterwire_call_seconds_bucket{le=\"1\"} 1\n"));
}

TEST(MetricsTest, WhatAnotherPartCountsIsACounterThatNeverFalls) {
  Metrics metrics;
  Total total = metrics.GetTotal("clusterwire_writes_total", "Writes", {{"result", "ok"}});
  total.Set(5);
  total.Set(7);
  total.Set(3);
  const std::string text = metrics.Render();
  EXPECT_THAT(text, HasSubstr("# TYPE clusterwire_writes_total counter\n"));
  EXPECT_THAT(text, HasSubstr("clusterwire_writes_total{result=\"ok\"} 7\n"));
}

TEST(ProcessMetricsTest, TheProcessShowsWhatItUsesUnderTheUsualNames) {
  Metrics metrics;
  const Metrics::Collector process = ShowProcess(metrics, "clusterwire.test", "1.2.3");
  const std::string text = metrics.Render();
  EXPECT_THAT(text, HasSubstr("# TYPE process_cpu_seconds_total counter\n"));
  for (const char* gauge : {"process_open_fds", "process_max_fds", "process_virtual_memory_bytes",
                            "process_resident_memory_bytes", "process_start_time_seconds"}) {
    EXPECT_THAT(text, HasSubstr(absl::StrCat("# TYPE ", gauge, " gauge\n")));
    EXPECT_THAT(text, testing::ContainsRegex(absl::StrCat("\n", gauge, " [1-9]"))) << text;
  }
  EXPECT_THAT(text, HasSubstr("service=\"clusterwire.test\",version=\"1.2.3\"} 1\n"));
}

TEST(MetricsTest, TheSameNameAndLabelsAreTheSameSeries) {
  Metrics metrics;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&metrics] {
      for (int n = 0; n < 1000; ++n) metrics.GetCounter("x_total", "X", {{"a", "1"}}).Add();
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_THAT(metrics.Render(), HasSubstr("x_total{a=\"1\"} 4000\n"));
}

TEST(MetricsTest, LabelSetsBeyondTheLimitShareOneSeries) {
  Metrics metrics;
  for (size_t i = 0; i < Metrics::kMaxSeries + 5; ++i) {
    metrics.GetCounter("x_total", "X", {{"who", absl::StrCat(i)}}).Add();
  }
  const std::string text = metrics.Render();
  EXPECT_THAT(text, HasSubstr("x_total{who=\"999\"} 1\n"));
  EXPECT_THAT(text, Not(HasSubstr("x_total{who=\"1000\"}")));
  EXPECT_THAT(text, HasSubstr("x_total{who=\"other\"} 5\n"));
  EXPECT_THAT(text, HasSubstr("clusterwire_metrics_overflow_total 5\n"));
}

TEST(MetricsTest, ACollectorRunsAtEachRenderingUntilItIsGone) {
  Metrics metrics;
  int runs = 0;
  {
    const Metrics::Collector collector = metrics.OnRender([&] { ++runs; });
    metrics.Render();
    metrics.Render();
  }
  metrics.Render();
  EXPECT_EQ(runs, 2);
}

TEST(MetricsTest, AMovedCollectorStillRunsOnce) {
  Metrics metrics;
  int runs = 0;
  Metrics::Collector kept;
  {
    Metrics::Collector collector = metrics.OnRender([&] { ++runs; });
    kept = std::move(collector);
  }
  metrics.Render();
  EXPECT_EQ(runs, 1);
}

TEST(MetricsTest, AnExecutorShowsWhatRunsWaitsAndWasRefused) {
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
  EXPECT_THAT(text, HasSubstr("clusterwire_executor_refused_total{executor=\"reads\"} 1\n"));
}

}  // namespace
}  // namespace clusterwire::telemetry
