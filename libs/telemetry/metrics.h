#pragma once

#include <functional>
#include <list>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>

#include "absl/time/time.h"

#include "libs/base/threads/executor.h"
#include "libs/base/threads/mutex.h"

namespace prometheus {
class Counter;
class Gauge;
class Histogram;
class Registry;
}  // namespace prometheus

namespace clusterwire::telemetry {

using Labels = std::map<std::string, std::string>;

// Handles to one series each: copied freely, used from any thread, valid as long as their Metrics.
class Counter {
 public:
  void Add(double by = 1);

 private:
  friend class Metrics;
  explicit Counter(prometheus::Counter& series) : series_(&series) {}
  prometheus::Counter* series_;
};

// A counter of what another part counts, and shows when it is asked.
class Total {
 public:
  // What it has come to since the start; less than before changes nothing.
  void Set(double value);

 private:
  friend class Metrics;
  explicit Total(prometheus::Counter& series) : series_(&series) {}
  prometheus::Counter* series_;
};

class Gauge {
 public:
  void Set(double value);

 private:
  friend class Metrics;
  explicit Gauge(prometheus::Gauge& series) : series_(&series) {}
  prometheus::Gauge* series_;
};

class Histogram {
 public:
  void Observe(absl::Duration value);

 private:
  friend class Metrics;
  explicit Histogram(prometheus::Histogram& series) : series_(&series) {}
  prometheus::Histogram* series_;
};

// The metrics of one process, made in its Server and handed to the parts that count; there is no
// global one, so two servers in a test count apart. Safe for use from any thread.
//
// Asking again for the same name and labels gives the same series. A name has one type and help
// text. Labels have few values: never a resource name, never what a caller sent. Beyond
// kMaxSeries label sets under one name, further ones share the series whose labels are all
// "other", and `clusterwire_metrics_overflow_total` counts them.
class Metrics {
 public:
  static constexpr size_t kMaxSeries = 1000;

  // Keeps a function registered that OnRender() was given. Its end waits for one that runs.
  using Collector = std::shared_ptr<void>;

  Metrics();
  ~Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  // Names as Prometheus wants them: clusterwire_<part>_<what>_<unit>, counters end in _total: what
  // only grows is one, else rate() takes a restart for a fall.
  Counter GetCounter(std::string_view name, std::string_view help, const Labels& labels = {});
  Total GetTotal(std::string_view name, std::string_view help, const Labels& labels = {});
  Gauge GetGauge(std::string_view name, std::string_view help, const Labels& labels = {});
  // Of seconds, in buckets from 1 ms to 60 s.
  Histogram GetHistogram(std::string_view name, std::string_view help, const Labels& labels = {});

  // Runs `collect` before each rendering as long as the result lives: for what is read, not
  // counted. It may ask for series, but must neither render nor register.
  [[nodiscard]] Collector OnRender(std::function<void()> collect);

  // All series in Prometheus' text format 0.0.4, for /metrics.
  std::string Render();

 private:
  Labels Bounded(std::string_view name, const Labels& labels);
  prometheus::Counter& Counting(std::string_view name, std::string_view help, const Labels& labels);

  std::unique_ptr<prometheus::Registry> registry_;
  Mutex mutex_;
  std::map<std::string, std::set<Labels>> series_ ABSL_GUARDED_BY(mutex_);
  Mutex collectors_mutex_;  // held while rendering
  std::list<std::function<void()>> collectors_ ABSL_GUARDED_BY(collectors_mutex_);
};

// Shows what `executor` has queued, runs and refused, under the label `executor`, as long as the
// result lives. `executor` outlives the result.
[[nodiscard]] Metrics::Collector CollectExecutor(Metrics& metrics, std::string_view name,
                                                 const Executor& executor);

}  // namespace clusterwire::telemetry
