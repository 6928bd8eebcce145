#include "libs/telemetry/metrics.h"

#include <utility>

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

namespace clusterwire::telemetry {

void Counter::Add(double by) { series_->Increment(by); }
void Total::Set(double value) {
  if (value > series_->Value()) series_->Increment(value - series_->Value());
}
void Gauge::Set(double value) { series_->Set(value); }
void Histogram::Observe(absl::Duration value) { series_->Observe(absl::ToDoubleSeconds(value)); }

Metrics::Metrics()
    : registry_(
          std::make_unique<prometheus::Registry>(prometheus::Registry::InsertBehavior::Merge)) {}

Metrics::~Metrics() = default;

Labels Metrics::Bounded(std::string_view name, const Labels& labels) {
  if (labels.empty()) return labels;
  {
    MutexLock lock(mutex_);
    std::set<Labels>& known = series_[std::string(name)];
    if (known.contains(labels)) return labels;
    if (known.size() < kMaxSeries) {
      known.insert(labels);
      return labels;
    }
  }
  GetCounter("clusterwire_metrics_overflow_total",
             "Requests for a series beyond the limit of its name")
      .Add();
  Labels other = labels;
  for (auto& [key, value] : other) value = "other";
  return other;
}

prometheus::Counter& Metrics::Counting(std::string_view name, std::string_view help,
                                       const Labels& labels) {
  return prometheus::BuildCounter()
      .Name(std::string(name))
      .Help(std::string(help))
      .Register(*registry_)
      .Add(Bounded(name, labels));
}

Counter Metrics::GetCounter(std::string_view name, std::string_view help, const Labels& labels) {
  return Counter(Counting(name, help, labels));
}

Total Metrics::GetTotal(std::string_view name, std::string_view help, const Labels& labels) {
  return Total(Counting(name, help, labels));
}

Gauge Metrics::GetGauge(std::string_view name, std::string_view help, const Labels& labels) {
  return Gauge(prometheus::BuildGauge()
                   .Name(std::string(name))
                   .Help(std::string(help))
                   .Register(*registry_)
                   .Add(Bounded(name, labels)));
}

Histogram Metrics::GetHistogram(std::string_view name, std::string_view help,
                                const Labels& labels) {
  return Histogram(prometheus::BuildHistogram()
                       .Name(std::string(name))
                       .Help(std::string(help))
                       .Register(*registry_)
                       .Add(Bounded(name, labels), prometheus::Histogram::BucketBoundaries{
                                                       0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1,
                                                       0.25, 0.5, 1, 2.5, 5, 10, 30, 60}));
}

Metrics::Collector Metrics::OnRender(std::function<void()> collect) {
  MutexLock lock(collectors_mutex_);
  const auto entry = collectors_.insert(collectors_.end(), std::move(collect));
  return {this, [this, entry](void*) {
            MutexLock removing(collectors_mutex_);
            collectors_.erase(entry);
          }};
}

std::string Metrics::Render() {
  MutexLock lock(collectors_mutex_);
  for (const auto& collect : collectors_) collect();
  return prometheus::TextSerializer().Serialize(registry_->Collect());
}

Metrics::Collector CollectExecutor(Metrics& metrics, std::string_view name,
                                   const Executor& executor) {
  const Labels labels = {{"executor", std::string(name)}};
  Gauge queued = metrics.GetGauge("clusterwire_executor_queued", "Tasks that wait", labels);
  Gauge running = metrics.GetGauge("clusterwire_executor_running", "Tasks that run", labels);
  Total refused = metrics.GetTotal("clusterwire_executor_refused_total",
                                   "Tasks refused: the queue was full", labels);
  return metrics.OnRender([&executor, queued, running, refused]() mutable {
    const Executor::Counts counts = executor.counts();
    queued.Set(static_cast<double>(counts.queued));
    running.Set(static_cast<double>(counts.running));
    refused.Set(static_cast<double>(counts.refused));
  });
}

}  // namespace clusterwire::telemetry
